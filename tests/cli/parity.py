"""Runs tokenize, score, generate and embed on the texts of tests/golden and compares. Standard
library only. Prints a line `ok NAME` or `FAIL NAME` for each comparison. A fourth argument names
another form of SmolLM2, such as the folder that tests/golden/hf_folder.py writes."""
import json
import math
import pathlib
import subprocess
import sys

quadrant, golden, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
model = sys.argv[4] if len(sys.argv) > 4 else "smollm2-135m-instruct"
smollm2 = json.loads((golden / "smollm2.json").read_text())
minilm = json.loads((golden / "minilm.json").read_text())
failed = False


def tool(verb, model, lines, *flags):
    source, target = work / "in.jsonl", work / "out.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    subprocess.run([quadrant, verb, "--model", model, "--input", source, "--output", target, *flags],
                   check=True)
    return [json.loads(line) for line in target.read_text().splitlines()]


def check(name, passed):
    global failed
    print("ok" if passed else "FAIL", name)
    failed = failed or not passed


texts = [{"text": t["text"], "special": True} for t in smollm2["texts"]]
ids = tool("tokenize", model, texts)
check("token ids of every text", [r["ids"] for r in ids] == [t["ids"] for t in smollm2["texts"]])

scores = tool("score", model, texts)
worst = max(abs(a - b) for r, t in zip(scores, smollm2["texts"])
            for a, b in zip(r["logprobs"], t["token_logprobs"], strict=True))
check(f"log-probabilities (largest difference {worst:.1e})", worst < 1e-3)
check("sums", all(math.isclose(r["sum"], sum(r["logprobs"]), abs_tol=1e-9) for r in scores))

pair = tool("score", model,
            [{"context": "The capital of France is ", "continuation": "Paris"},
             {"text": "The capital of France is Paris"}])
check("a space at the end of the context belongs to the continuation",
      len(pair[0]["logprobs"]) == 1 and abs(pair[0]["sum"] - pair[1]["logprobs"][-1]) < 1e-5)

chats = [{"messages": [{"role": "user", "content": c["question"]}]} for c in smollm2["chat"]]
answers = tool("generate", model, chats, "--max-new-tokens",
               str(smollm2["max_new_tokens"]))
check("prompts", [a["prompt"] for a in answers] == [c["prompt"] for c in smollm2["chat"]])
# Where two tokens are nearly tied, rounding may choose the other one.
check("greedy answers", all(a["ids"] == [i for i in c["completion_ids"] if i != 2]
                            or c["min_top2_gap"] < 0.01
                            for a, c in zip(answers, smollm2["chat"], strict=True)))

rows = tool("embed", "all-minilm-l6-v2", [{"text": t["text"]} for t in minilm["texts"]])
cosine = min(sum(a * b for a, b in zip(r["embedding"], t["embedding"], strict=True))
             for r, t in zip(rows, minilm["texts"], strict=True))
check(f"embeddings (smallest cosine {cosine:.6f})", cosine >= 0.9999)
sys.exit(failed)
