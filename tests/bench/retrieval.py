"""Retrieval beside faiss-cpu and sentence-transformers, in one run on the same vectors and texts.

python retrieval.py BUILD MINILM_FOLDER [--busy]
BUILD is the build folder, with retrieval_bench and embed_bench. --busy: one more process keeps a
core busy all the time. Ours and theirs take turns, three rounds of each; medians are printed. The
Python needs faiss-cpu and sentence-transformers.
"""
import json
import multiprocessing
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

ROWS, QUERIES, WIDTH, ROUNDS = 100_000, 1000, 384, 3
VECTORS = f"/tmp/quadrant_bench_{ROWS}.f32"
GRAPH = f"/tmp/quadrant_bench_{ROWS}.hnsw"
ENOUGH = 0.975  # recall@10 at which the graphs are compared


def burn():
    while True:
        pass


def ours(program, *arguments, texts=()):
    # As quadrant sets it for itself (harness/cli/main.cpp).
    result = subprocess.run([program, *arguments], check=True, text=True, stdout=subprocess.PIPE,
                            input="".join(json.dumps({"text": t}) + "\n" for t in texts),
                            env=os.environ | {"GOMP_SPINCOUNT": "1000"})
    return [json.loads(line) for line in result.stdout.splitlines()]


def rate(count, work):
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def show(what, mine, theirs, **more):
    mine, theirs = statistics.median(mine), statistics.median(theirs)
    print(json.dumps({"what": what, "ours_per_second": round(mine, 1),
                      "theirs": round(theirs, 1), "ratio": round(mine / theirs, 2), **more}),
          flush=True)


def search(bench):
    import faiss
    import numpy
    data = numpy.fromfile(VECTORS, dtype="float32").reshape(-1, WIDTH)
    base, queries = data[:ROWS], data[ROWS:]
    flat = faiss.IndexFlatIP(WIDTH)
    flat.add(base)
    _, truth = flat.search(queries, 10)

    def theirs_exact():
        for at in range(0, QUERIES, 100):
            flat.search(queries[at:at + 100], 10)

    mine, theirs, single = [], [], []
    for _ in range(ROUNDS):
        found = ours(bench, "exact", VECTORS, str(ROWS), str(QUERIES))[0]
        mine.append(found["queries_per_second"])
        single.append(found["single_ms_p50"])
        theirs.append(rate(QUERIES, theirs_exact))
    show("exact, batch 100, faiss-cpu", mine, theirs, single_ms_p50=statistics.median(single))
    graph = faiss.read_index(GRAPH)
    curves = {"mine": {}, "theirs": {}}
    for _ in range(ROUNDS):
        for line in ours(bench, "hnsw", VECTORS, str(ROWS), str(QUERIES)):
            point = (line["ef_search"], line["recall_at_10"])
            curves["mine"].setdefault(point, []).append(line["queries_per_second"])
        for breadth in (10, 12, 16, 20, 24, 32, 48, 64, 96, 128):
            graph.hnsw.efSearch = breadth
            _, found = graph.search(queries, 10)
            recall = sum(len(set(a) & set(b)) for a, b in zip(truth, found)) / truth.size
            rates = [rate(QUERIES, lambda: graph.search(queries, 10)) for _ in range(5)]
            curves["theirs"].setdefault((breadth, recall), []).append(statistics.median(rates))
            if recall >= 0.99:
                break
    for side, curve in curves.items():
        for (breadth, recall), rates in curve.items():
            print(json.dumps({"what": "hnsw " + side, "ef_search": breadth, "recall_at_10": recall,
                              "queries_per_second": round(statistics.median(rates))}), flush=True)
    at = {side: min(point for point in curve if point[1] >= ENOUGH)
          for side, curve in curves.items()}
    show("HNSW, faiss-cpu on the same graph", curves["mine"][at["mine"]],
         curves["theirs"][at["theirs"]], ours_at=at["mine"], theirs_at=at["theirs"])


def passages(equal):
    rng = random.Random(1)
    words = "harbour ferry keeper opens dawn invoice paid March signs letter green ink server".split()
    return [" ".join(rng.choices(words, k=120 if equal else rng.randint(16, 200)))
            for _ in range(2000)]


def embedding(bench, folder):
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(folder, device="cpu")
    for name, texts in (("mixed lengths", passages(False)), ("equal lengths", passages(True))):
        model.encode(texts[:64])
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(ours(bench, "texts", folder, texts=texts)[0]["per_second"])
            theirs.append(rate(len(texts), lambda: model.encode(texts)))
        show(f"embedding 2,000 passages of {name}, sentence-transformers", mine, theirs)
    questions = [text[:60] for text in passages(False)[:200]]
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(ours(bench, "questions", folder, texts=questions)[0]["per_second"])
        theirs.append(rate(200, lambda: [model.encode(text) for text in questions]))
    show("one question at a time, sentence-transformers", mine, theirs)


def main():
    build, folder = sys.argv[1:3]
    retrieval, embed = (f"{build}/tests/bench/{name}_bench" for name in ("retrieval", "embed"))
    if not pathlib.Path(VECTORS).exists():
        subprocess.run([retrieval, "vectors", VECTORS, str(ROWS), str(QUERIES)], check=True)
    if not pathlib.Path(GRAPH).exists():
        ours(retrieval, "hnsw", VECTORS, str(ROWS), str(QUERIES))
    if "--busy" in sys.argv:
        multiprocessing.Process(target=burn, daemon=True).start()
    search(retrieval)
    for line in ours(embed, "hybrid", folder, VECTORS, str(ROWS), str(QUERIES)):
        print(json.dumps({"what": "hybrid, embedding included"} | line), flush=True)
    embedding(embed, folder)


if __name__ == "__main__":
    main()
