"""Writes retrieval.json: measures by pytrec_eval, BM25 scores by bm25s (method "lucene").

Run with a Python that has pytrec_eval-terrier 0.5.11 and bm25s 0.3.16; the program never needs it.
"""
import json
import pathlib
import random

import bm25s
import pytrec_eval

rng = random.Random(6)
CUTS = (1, 3, 10)


def rankings():
    """Random rankings: many ties, graded and negative judgements, unjudged and missing documents."""
    cases = []
    for query in range(60):
        documents = [f"d{n}" for n in rng.sample(range(200), rng.randint(1, 40))]
        levels = rng.choice([2, 5, 1000])
        run = {d: rng.randrange(levels) / rng.choice([1, 3, 7]) for d in documents}
        judged = rng.sample(documents, rng.randint(0, len(documents)))
        judged += [f"e{n}" for n in range(rng.randint(0, 4))]
        grades = {d: rng.choice([-1, 0, 0, 1, 1, 2, 3]) for d in judged} or {"none": 0}
        names = [f"{m}_{k}" for k in CUTS for m in ("recall", "P", "ndcg_cut", "success")]
        cases.append({"run": run, "grades": grades, "names": names})
    names = {"recip_rank", "map"} | {
        f"{m}.{','.join(map(str, CUTS))}" for m in ("recall", "P", "ndcg_cut", "success")}
    qrels = {str(i): case["grades"] for i, case in enumerate(cases)}
    results = pytrec_eval.RelevanceEvaluator(qrels, names).evaluate(
        {str(i): case["run"] for i, case in enumerate(cases)})
    for i, case in enumerate(cases):
        del case["names"]
        case["expected"] = results[str(i)]
    return {"cuts": CUTS, "cases": cases}


def lexical():
    words = [f"w{n}" for n in range(60)] + ["quince", "raft", "sloop", "tallow"]
    weights = [1 / (n + 1) for n in range(len(words))]
    texts = [rng.choices(words, weights, k=rng.randint(1, 40)) for _ in range(120)]
    queries = [rng.choices(words, weights, k=rng.randint(1, 6)) for _ in range(25)]
    queries += [["w1", "w1", "quince"], ["absent"], ["w0", "absent"]]
    settings = []
    for k1, b in ((1.2, 0.75), (0.9, 0.4), (2.0, 1.0)):
        retriever = bm25s.BM25(method="lucene", k1=k1, b=b, dtype="float64")
        retriever.index(texts, show_progress=False)
        scores = [[round(float(s), 12) for s in retriever.get_scores(query)] if query != ["absent"]
                  else [0.0] * len(texts) for query in queries]
        settings.append({"k1": k1, "b": b, "scores": scores})
    return {"texts": [" ".join(t) for t in texts], "queries": [" ".join(q) for q in queries],
            "settings": settings}


target = pathlib.Path(__file__).with_name("retrieval.json")
target.write_text(json.dumps({"ranking": rankings(), "bm25": lexical()}, separators=(",", ":")) + "\n")
