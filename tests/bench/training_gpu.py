"""Benches training on a GPU beside PEFT and transformers: same shapes, same tokens, in turn; a table.

Run: python training_gpu.py QUADRANT [--rounds 3] [--steps 14] [--batch 8] [--length 1024] [--only NAME]
Needs a GPU and a Python with torch, transformers and peft. Two models with random weights, Gemma 3
270M and Llama 3.2 1B in shape, so that nothing need be downloaded; bfloat16 products, AdamW over
float32 values, clipping at 1. All texts are equally long and unlike each other: nothing is shared,
nothing padded. A line a task: tokens a second of both (median step, the first three left out), their
ratio; the share of the GPU's bfloat16 rate that both reach, measured (an 8192 x 8192 product in the
same run) and by the data sheet of an H100 or H200 (989 TFLOP/s); the memory both hold at most.
"""

import argparse
import json
import pathlib
import random
import statistics
import string
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
DATA_SHEET = 989e12
LETTERS = string.ascii_letters + string.digits


def configurations():
    import transformers

    common = {"bos_token_id": None, "eos_token_id": 256, "pad_token_id": 256}
    yield "gemma3-270m", transformers.Gemma3TextConfig(
        vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18,
        num_attention_heads=4, num_key_value_heads=1, head_dim=256, query_pre_attn_scalar=256,
        sliding_window=512, max_position_embeddings=32768, tie_word_embeddings=True, **common)  # fmt: skip
    yield "llama-1b", transformers.LlamaConfig(
        vocab_size=128256, hidden_size=2048, intermediate_size=8192, num_hidden_layers=16,
        num_attention_heads=32, num_key_value_heads=8, head_dim=64, max_position_embeddings=8192,
        rms_norm_eps=1e-5, tie_word_embeddings=True, **common)  # fmt: skip


def byte_letters():
    """GPT-2's letter for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(others)}}


def write_model(config, folder):
    """Random weights, and a tokenizer of one token a byte."""
    import torch
    import transformers

    torch.manual_seed(0)
    with torch.device("cuda"):
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    vocabulary = {letter: byte for byte, letter in byte_letters().items()}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    (folder / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None,
        "added_tokens": [{"id": 256, "content": "<end>", "single_word": False, "lstrip": False,
                          "rstrip": False, "normalized": False, "special": True}],
        "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                  "vocab": {**vocabulary, "<end>": 256}, "merges": []}}))  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<end>"}))  # fmt: skip


def flops_a_token(config, method):
    """2 a weight and token forward and for each gradient, the head included, attention not."""
    head = config.hidden_size * config.vocab_size
    inner = config.num_attention_heads * config.head_dim
    kv = config.num_key_value_heads * config.head_dim
    layer = config.hidden_size * (2 * inner + 2 * kv + 3 * config.intermediate_size)
    return (4 if method == "lora" else 6) * (head + config.num_hidden_layers * layer)


class Memory(threading.Thread):
    """The most that the GPU's programs held while it ran, in MiB."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.going = 0, True

    def run(self):
        while self.going:
            said = subprocess.run(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"],
                                  capture_output=True, text=True)  # fmt: skip
            self.most = max(self.most, int(said.stdout.split()[0]))
            time.sleep(0.05)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.join()


def ours(quadrant, folder, texts, method, batch):
    output = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
    (output / "train.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    with Memory() as memory:
        run = subprocess.run(
            [quadrant, "tune", "--model", folder, "--chat-template", "none", "--train", output / "train.jsonl",
             "--output", output / "out", "--method", method, "--epochs", "1", "--batch-size", str(batch),
             "--device", "cuda", "--dtype", "bfloat16"], capture_output=True, text=True)  # fmt: skip
    if run.returncode:
        raise SystemExit(run.stderr)
    print(run.stderr, file=sys.stderr)
    log = json.loads((output / "out/trainer_state.json").read_text())["log_history"]
    subprocess.run(["rm", "-r", output], check=True)
    return [step["seconds"] for step in log], memory.most


def theirs(folder, texts, method, batch):
    with Memory() as memory:
        run = subprocess.run([sys.executable, HERE / "training_gpu_peer.py", folder, method, str(batch)],
                             input=json.dumps(texts), capture_output=True, text=True)  # fmt: skip
    if run.returncode:
        raise SystemExit(run.stderr)
    said = json.loads(run.stdout.splitlines()[-1])
    return said["seconds"], memory.most, said["product"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quadrant")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=14)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=1024)
    parser.add_argument("--only", default="", help="tasks whose name contains this")
    options = parser.parse_args()
    draw = random.Random(1)
    # A byte is a token, and the end one more.
    texts = ["".join(draw.choices(LETTERS, k=options.length - 1)) for _ in range(options.batch * options.steps)]
    tokens = options.batch * options.length
    print(f"{'task':<20}{'ours tok/s':>12}{'peer tok/s':>12}{'ratio':>7}{'measured':>14}{'data sheet':>14}"
          f"{'ours MiB':>10}{'peer MiB':>10}")  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        for model, config in configurations():
            folder = pathlib.Path(name) / model
            if options.only in f"{model} lora" or options.only in f"{model} full":
                write_model(config, folder)
            for method in ("lora", "full"):
                if options.only not in f"{model} {method}":
                    continue
                rounds = [(ours(options.quadrant, folder, texts, method, options.batch),
                           theirs(folder, texts, method, options.batch)) for _ in range(options.rounds)]  # fmt: skip
                a, b = (statistics.median(statistics.median(r[side][0][3:]) for r in rounds) for side in (0, 1))
                product = statistics.median(r[1][2] for r in rounds)
                rates = [tokens / seconds * flops_a_token(config, method) for seconds in (a, b)]
                shares = ["{:.0%} / {:.0%}".format(*(rate / peak for rate in rates)) for peak in (product, DATA_SHEET)]
                print(f"{model + ' ' + method:<20}{tokens / a:>12,.0f}{tokens / b:>12,.0f}{b / a:>7.2f}"
                      f"{shares[0]:>14}{shares[1]:>14}{max(r[0][1] for r in rounds):>10,}"
                      f"{max(r[1][1] for r in rounds):>10,}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
