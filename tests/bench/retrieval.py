"""Retrieval beside faiss-cpu and sentence-transformers, in one run on the same vectors and texts.

python retrieval.py BENCH QUADRANT MINILM_FOLDER [--busy]
BENCH is the program retrieval_bench, QUADRANT the program quadrant. --busy: one more process keeps
a core busy all the time. The Python needs faiss-cpu and sentence-transformers.
"""
import json
import multiprocessing
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROWS, QUERIES, WIDTH = 100_000, 1000, 384


def burn():
    while True:
        pass


def ours(bench, what, vectors):
    lines = subprocess.run([bench, what, vectors, str(ROWS), str(QUERIES)], check=True,
                           capture_output=True, text=True).stdout
    return [json.loads(line) for line in lines.splitlines()]


def faiss_exact(vectors):
    import faiss
    import numpy
    data = numpy.fromfile(vectors, dtype="float32").reshape(-1, WIDTH)
    base, queries = data[:ROWS], data[ROWS:]
    index = faiss.IndexFlatIP(WIDTH)
    index.add(base)
    index.search(queries[:100], 10)
    start = time.perf_counter()
    for at in range(0, QUERIES, 100):
        index.search(queries[at:at + 100], 10)
    print(json.dumps({"what": "faiss-cpu exact",
                      "queries_per_second": QUERIES / (time.perf_counter() - start)}), flush=True)
    _, truth = index.search(queries, 10)
    graph = faiss.read_index(f"/tmp/quadrant_bench_{ROWS}.hnsw")
    for breadth in (16, 24, 32, 48, 64, 96, 128):
        graph.hnsw.efSearch = breadth
        _, found = graph.search(queries, 10)
        recall = sum(len(set(a) & set(b)) for a, b in zip(truth, found)) / truth.size
        start = time.perf_counter()
        graph.search(queries, 10)
        seconds = time.perf_counter() - start
        print(json.dumps({"what": "faiss-cpu hnsw (the same graph)", "ef_search": breadth,
                          "recall_at_10": recall, "queries_per_second": QUERIES / seconds}),
              flush=True)
        if recall >= 0.99:
            break


def passages(equal):
    rng = random.Random(1)
    words = "harbour ferry keeper opens dawn invoice paid March signs letter green ink server".split()
    return [" ".join(rng.choices(words, k=120 if equal else rng.randint(16, 200)))
            for _ in range(2000)]


def embedding(quadrant, folder):
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(folder, device="cpu")
    for name, texts in (("mixed lengths", passages(False)), ("equal lengths", passages(True))):
        model.encode(texts[:64])
        start = time.perf_counter()
        model.encode(texts)
        theirs = len(texts) / (time.perf_counter() - start)
        with tempfile.TemporaryDirectory() as place:
            source = pathlib.Path(place) / "in.jsonl"

            def seconds(some):
                source.write_text("".join(json.dumps({"text": t}) + "\n" for t in some))
                begin = time.perf_counter()
                subprocess.run([quadrant, "embed", "--model", folder, "--input", str(source),
                                "--output", place + "/out.jsonl"], check=True)
                return time.perf_counter() - begin
            start_up = seconds(texts[:1])
            mine = (len(texts) - 1) / (seconds(texts) - start_up)
        print(json.dumps({"what": "embedding, " + name, "ours_per_second": mine,
                          "sentence_transformers": theirs, "ratio": mine / theirs}), flush=True)
    start = time.perf_counter()
    for text in texts[:100]:
        model.encode(text[:60])
    print(json.dumps({"what": "sentence-transformers, one query",
                      "per_second": 100 / (time.perf_counter() - start)}), flush=True)


def main():
    bench, quadrant, folder = sys.argv[1:4]
    if "--busy" in sys.argv:
        multiprocessing.Process(target=burn, daemon=True).start()
    vectors = f"/tmp/quadrant_bench_{ROWS}.f32"
    if not pathlib.Path(vectors).exists():
        subprocess.run([bench, "vectors", vectors, str(ROWS), str(QUERIES)], check=True)
    for what in ("exact", "hnsw", "hybrid"):
        for line in ours(bench, what, vectors):
            print(json.dumps(line), flush=True)
    faiss_exact(vectors)
    embedding(quadrant, folder)


if __name__ == "__main__":
    main()
