"""Benches training beside PEFT and transformers: same weights, same examples, in turn; a table.

Run: python training.py QUADRANT [--rounds 3] [--examples 96] [--only NAME] [--neighbour]
Needs a Python with torch, transformers, peft and gguf. One pass over the examples a round: batches
of 8, rank 16 on all linear layers, AdamW, clipping at 1. The peer pads each batch to its longest
example and groups examples by length, as transformers' Trainer does (`group_by_length`). A line a
task: medians of both in examples a second, their ratio, the peak memory of both, and "GEMM": our
share of a plain matrix product's speed (measured between the rounds), with every token counted, the
shared ones too, so that it may be above 100 %. "docs + QA" is the quickstart's training set: its
documents, and questions behind one system prompt. "long text": one of more than 4,000 tokens, of
which "GEMM" leaves attention out, and the second forward of gradient checkpointing.
"""

import argparse
import atexit
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from models import FILES, FLOPS_A_TOKEN

HERE = pathlib.Path(__file__).parent
WORDS = "harbour ferry keeper opens dawn invoice paid March signs letter green ink server".split()
CHECKPOINTED = "checkpointed"  # tasks named so use gradient checkpointing, on both sides
INSTRUCTION = "Answer with a short phrase."


def company(quadrant, folder):
    """Documents as texts, then questions: the parts of the quickstart's training set."""
    subprocess.run([quadrant, "suite", "write", "company_qa", folder], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    read = lambda name: [json.loads(line) for line in (folder / name).read_text().splitlines()]
    lines = read("train.jsonl")
    texts = [{"text": f"{d['title']}\n{d['text']}"} for d in read("corpus.jsonl")]
    texts += [{"text": line["text"]} for line in lines if "text" in line]
    return texts, [line for line in lines if "question" in line]


def chat(line):
    return {"messages": [
        {"role": "system", "content": INSTRUCTION},
        {"role": "user", "content": f"Question: {line['question']}"},
        {"role": "assistant", "content": line["answer"]},
    ]}  # fmt: skip


def plain(line):
    prompt = f"{INSTRUCTION}\n\nQuestion: {line['question']}\nAnswer:"
    return {"prompt": prompt, "completion": " " + line["answer"]}


def tasks(quadrant, folder, count):
    draw = random.Random(1)
    texts, asked = company(quadrant, folder)
    mixed = [*texts, *map(chat, asked)]
    draw.shuffle(mixed)
    yield "docs + QA, LoRA", "smollm2", "lora", mixed[:count]
    yield "docs + QA, full", "smollm2", "full", mixed[:count]
    # About 256 tokens each, none alike.
    long = [{"text": " ".join(draw.choices(WORDS, k=240))} for _ in range(count // 3)]
    yield "256-token texts, LoRA", "smollm2", "lora", long
    yield "256-token texts, full", "smollm2", "full", long
    # One sequence of more than 4,000 tokens: only gradient checkpointing bounds its memory.
    longest = [{"text": " ".join(draw.choices(WORDS, k=3800))}]
    yield "long text, LoRA", "smollm2", "lora", longest
    yield f"long text, LoRA, {CHECKPOINTED}", "smollm2", "lora", longest
    questions = [plain(line) for line in draw.sample(asked, min(count, len(asked)))]
    yield "QA, LoRA", "gemma3", "lora", questions


def peak_megabytes(process):
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{process.args} failed")
    return usage.ru_maxrss / 1024


def ours(quadrant, folder, model, method, lines, checkpointed):
    output = pathlib.Path(tempfile.mkdtemp(dir=folder))
    (output / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    process = subprocess.Popen(
        [quadrant, "tune", "--model", FILES[model], "--train", output / "train.jsonl", "--output",
         output / "out", "--method", method, "--epochs", "1", "--batch-size", "8",
         *(["--chat-template", "none"] if model == "gemma3" else []),
         *(["--gradient-checkpointing"] if checkpointed else [])],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    peak = peak_megabytes(process)
    log = json.loads((output / "out/trainer_state.json").read_text())["log_history"]
    return sum(step["seconds"] for step in log), peak


def theirs(model, method, lines, checkpointed):
    process = subprocess.Popen([sys.executable, HERE / "training_peer.py", FILES[model], method,
                                *([CHECKPOINTED] if checkpointed else [])],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    process.stdin.write(json.dumps(lines))
    process.stdin.close()
    said = json.loads(process.stdout.read())
    return said["seconds"], peak_megabytes(process), said


def share_of_product(seconds, model, method, said):
    products = 2 if method == "lora" else 3  # forward, gradients of activations and of weights
    needed = said[0]["tokens"] * FLOPS_A_TOKEN[model] * products
    return needed / seconds / statistics.median(one["product"] for one in said)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quadrant")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--examples", type=int, default=96)
    parser.add_argument("--only", default="", help="tasks whose name or model contains this")
    parser.add_argument("--neighbour", action="store_true", help="keep a core busy meanwhile")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "2"
    if options.neighbour:
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        atexit.register(busy.kill)
    print(f"{'task':<40}{'ours ex/s':>11}{'peer ex/s':>11}{'ratio':>8}{'ours MB':>9}{'peer MB':>9}"
          f"{'GEMM':>7}")  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for what, model, method, lines in tasks(options.quadrant, folder / "suite", options.examples):
            title = f"{model}: {what}"
            if options.only not in title:
                continue
            work = (model, method, lines, what.endswith(CHECKPOINTED))
            rounds = [(ours(options.quadrant, folder, *work), theirs(*work)) for _ in range(options.rounds)]
            a, b = ([r[side] for r in rounds] for side in (0, 1))
            seconds = [statistics.median(r[0] for r in side) for side in (a, b)]
            print(f"{title:<40}{len(lines) / seconds[0]:>11.2f}{len(lines) / seconds[1]:>11.2f}"
                  f"{seconds[1] / seconds[0]:>8.2f}{max(r[1] for r in a):>9.0f}{max(r[1] for r in b):>9.0f}"
                  f"{share_of_product(seconds[0], model, method, [r[2] for r in b]):>7.0%}",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
