"""The peer's half of training.py: one pass by transformers and PEFT over the examples on stdin.

Run: python training_peer.py MODEL.gguf lora|full [checkpointed] <examples.json; prints the seconds of
the steps, the examples' tokens, and the FLOP/s of a plain matrix product.
"""

import json
import pathlib
import random
import statistics
import sys
import time

import torch
import transformers

from models import read_gguf

BATCH = 8


def encoder(tokenizer):
    if isinstance(tokenizer, transformers.PreTrainedTokenizerBase):
        return lambda text: tokenizer(text, add_special_tokens=False).input_ids
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def sequence(line, encode, begin, end):
    """ids, and the place of the first that is learnt."""
    if "text" in line:
        return begin + encode(line["text"]) + end, 1
    if "prompt" in line:
        start = begin + encode(line["prompt"])
        return start + encode(line["completion"]) + end, len(start)
    text = ""
    for turn in line["messages"][:-1]:
        text += f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n"
    start = encode(text + "<|im_start|>assistant\n")
    return start + encode(line["messages"][-1]["content"]) + encode("<|im_end|>"), len(start)


def batches(sequences):
    """transformers' group_by_length: shuffled, then sorted by length within groups of 50 batches."""
    order = list(range(len(sequences)))
    random.Random(0).shuffle(order)
    size = 50 * BATCH
    for begin in range(0, len(order), size):
        group = sorted(order[begin : begin + size], key=lambda i: -len(sequences[i][0]))
        for at in range(0, len(group), BATCH):
            yield [sequences[i] for i in group[at : at + BATCH]]


def padded(batch):
    longest = max(len(ids) for ids, _ in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for row, (tokens, first) in enumerate(batch):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
        labels[row, first : len(tokens)] = ids[row, first : len(tokens)]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def product_speed(size=2048, rounds=9):
    factor, seconds = torch.randn(size, size), []
    for _ in range(rounds):
        start = time.perf_counter()
        factor @ factor
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / statistics.median(seconds)


def main():
    gguf = read_gguf(pathlib.Path(sys.argv[1]))
    model, tokenizer = gguf.model(), gguf.tokenizer()
    gemma = "gemma" in sys.argv[1]
    encode = encoder(tokenizer)
    marks = ([2], [1]) if gemma else ([], [0])
    sequences = [sequence(line, encode, *marks) for line in json.load(sys.stdin)]
    if sys.argv[2] == "lora":
        from peft import LoraConfig, get_peft_model

        settings = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear")
        model = get_peft_model(model, settings)
    else:
        model.requires_grad_(True)
    if sys.argv[3:]:
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.0, fused=True)
    start = time.perf_counter()
    for batch in batches(sequences):
        optimizer.zero_grad()
        model(**padded(batch), use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
    seconds = time.perf_counter() - start
    tokens = sum(len(ids) for ids, _ in sequences)
    print(json.dumps({"seconds": seconds, "tokens": tokens, "product": product_speed()}))


if __name__ == "__main__":
    main()
