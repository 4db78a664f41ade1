"""Benches the engine beside transformers and lm-eval: same weights, same tasks, in turn; prints a table.

Run: python engine.py BUILD_FOLDER [--model smollm2|gemma3] [--rounds 5] [--threads 2] [--only NAME]
                      [--peer transformers|llama.cpp] [--neighbour]
Needs the target engine_bench, and a Python with torch, transformers, gguf and lm_eval (the peer of
"choices", in batches of 8), or llama-cpp-python (generation only). A line a task: medians of both in
tokens a second, their ratio, and the peak memory of both, each task in processes of its own.
Scoring also tells its share of a plain matrix product's speed, measured between its rounds. Ids are
random: the work is the same as with text. Let it run on a quiet machine, or read nothing from it;
--neighbour keeps one core busy meanwhile.
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

from models import FILES, FLOPS_A_TOKEN

HERE = pathlib.Path(__file__).parent


def tasks():
    draw = random.Random(1)
    text = lambda n: [draw.randrange(1000, 40000) for _ in range(n)]
    make = lambda kind, sequences, **more: {"kind": kind, "sequences": sequences, **more}
    unshared = [text(draw.randrange(180, 221)) for _ in range(24)]
    yield "score 24 x ~200", make("score", unshared, first=[1] * 24), sum(map(len, unshared))
    many = [text(draw.randrange(180, 221)) for _ in range(200)]
    yield "score 200 x ~200", make("score", many, first=[1] * 200), sum(map(len, many))
    pool = [text(100) for _ in range(30)]
    for name, demos_of in (("fixed", lambda: pool[:3]), ("drawn", lambda: draw.sample(pool, 3))):
        items = []
        for _ in range(20):
            start = sum(demos_of(), []) + text(40)
            items += [start + text(4) for _ in range(4)]
        choices = make("choices", items, first=[340] * 80)
        yield f"choices, 3 {name} demos, 20 x 4", choices, sum(map(len, items))
    for streams in (1, 8, 32):
        prompts = [text(150) for _ in range(streams)]
        yield f"generate {streams} x (150 + 64)", make("generate", prompts, new_tokens=64), streams * 64
    prefix = text(600)
    shared = [prefix + text(50) for _ in range(32)]
    yield "generate 32 x (600 shared + 50 + 32)", make("generate", shared, new_tokens=32), 32 * 32
    reused = make("generate", shared, new_tokens=32, reuse=600)
    yield "the same, peer reuses the prefix", reused, 32 * 32


PEERS = {"transformers": "engine_peer.py", "llama.cpp": "engine_llama_cpp.py"}


class Side:
    def __init__(self, command, threads):
        environment = os.environ | {"OMP_NUM_THREADS": str(threads), "GOMP_SPINCOUNT": "1000"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(self, task):
        print(json.dumps(task), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


PRODUCT_FLOPS = 2 * 2048**3  # of the task "product"


def share_of_product(tokens_per_second, model, seconds):
    if not seconds:
        return ""
    peak = PRODUCT_FLOPS / statistics.median(seconds)
    share = tokens_per_second * FLOPS_A_TOKEN[model] / peak
    return f"  {share:.0%} of a product's {peak / 1e9:.0f} GFLOP/s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--model", choices=FILES, default="smollm2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer", choices=PEERS, default="transformers")
    parser.add_argument("--only", default="", help="tasks whose name contains this")
    parser.add_argument("--neighbour", action="store_true")
    options = parser.parse_args()
    if options.neighbour:
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        atexit.register(busy.kill)
    file = str(FILES[options.model])
    our_command = [options.build / "tests/bench/engine_bench", file]
    peer_command = [sys.executable, HERE / PEERS[options.peer], file, str(options.threads)]
    print(f"{options.model} beside {options.peer}, {options.threads} threads, load {os.getloadavg()[0]:.1f}")
    print(f"{'task':<38}{'ours tok/s':>12}{'peer tok/s':>12}{'ratio':>8}{'ours MB':>9}{'peer MB':>9}")
    for name, task, tokens in tasks():
        if options.only not in name or (options.peer == "llama.cpp" and task["kind"] != "generate"):
            continue
        ours, peer = (Side(command, options.threads) for command in (our_command, peer_command))
        scores = task["kind"] == "score"
        results, products = [], []
        for _ in range(options.rounds):
            results.append((ours.run(task), peer.run(task)))
            products += [ours.run({"kind": "product"})["seconds"]] if scores else []
        ours.end(), peer.end()
        a, b = ([r[side] for r in results] for side in (0, 1))
        seconds = [statistics.median(r["seconds"] for r in side) for side in (a, b)]
        print(
            f"{name:<38}{tokens / seconds[0]:>12.1f}{tokens / seconds[1]:>12.1f}"
            f"{seconds[1] / seconds[0]:>8.2f}{a[-1]['peak_mb']:>9.0f}{b[-1]['peak_mb']:>9.0f}"
            + share_of_product(tokens / seconds[0], options.model, products),
            flush=True,
        )


if __name__ == "__main__":
    main()
