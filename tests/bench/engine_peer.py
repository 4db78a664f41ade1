"""The peer's half of engine.py: transformers in fp32 on the same weights, same protocol as engine_bench.

Choices are scored by lm-eval. A task with "reuse": n generates from a key-value cache of the first n
tokens, which all share.
"""

import copy
import json
import pathlib
import resource
import sys
import time

import torch

from models import read_gguf

BATCH = 8  # sequences scored together


def make_lm_eval(model, tokenizer):
    from lm_eval.models.huggingface import HFLM
    from transformers import PreTrainedTokenizerFast

    if not hasattr(tokenizer, "pad_token"):
        end = tokenizer.id_to_token(model.config.eos_token_id)
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=end, pad_token=end)
    return HFLM(pretrained=model, tokenizer=tokenizer, batch_size=BATCH, device="cpu")


def choose(lm, task):
    pairs = zip(task["sequences"], task["first"])
    requests = [((str(i), ""), s[:first], s[first:]) for i, (s, first) in enumerate(pairs)]
    lm._loglikelihood_tokens(requests, disable_tqdm=True)


def padded(sequences, left):
    length = max(map(len, sequences))
    ids, mask = [], []
    for s in sequences:
        gap = [0] * (length - len(s))
        ids.append(gap + s if left else s + gap)
        mask.append([0] * len(gap) + [1] * len(s) if left else [1] * len(s) + [0] * len(gap))
    return torch.tensor(ids), torch.tensor(mask)


def score(model, task):
    """As lm-eval does: sorted by length, padded batches, log-softmax over all logits."""
    order = sorted(range(len(task["sequences"])), key=lambda i: -len(task["sequences"][i]))
    for begin in range(0, len(order), BATCH):
        group = order[begin : begin + BATCH]
        ids, mask = padded([task["sequences"][i] for i in group], left=False)
        logprobs = model(ids, attention_mask=mask).logits.log_softmax(-1)
        for row, i in enumerate(group):
            sequence, first = task["sequences"][i], task["first"][i]
            wanted = torch.tensor(sequence[first:])
            logprobs[row, first - 1 : len(sequence) - 1].gather(1, wanted[:, None]).sum().item()


def generate(model, task):
    ids, mask = padded(task["sequences"], left=True)
    more = {}
    if task.get("reuse"):
        from transformers import DynamicCache

        cache = DynamicCache(config=model.config)
        model(ids[:1, : task["reuse"]], past_key_values=cache, use_cache=True)
        cache = copy.deepcopy(cache)
        cache.batch_repeat_interleave(len(ids))
        more["past_key_values"] = cache
    model.generate(
        ids,
        attention_mask=mask,
        do_sample=False,
        min_new_tokens=task["new_tokens"],
        max_new_tokens=task["new_tokens"],
        pad_token_id=0,
        **more,
    )


@torch.no_grad()
def main():
    torch.set_num_threads(int(sys.argv[2]))
    gguf = read_gguf(pathlib.Path(sys.argv[1]))
    model, tokenizer = gguf.model(), gguf.tokenizer()
    lm = None
    for line in sys.stdin:
        task = json.loads(line)
        if task["kind"] == "choices" and lm is None:
            lm = make_lm_eval(model, tokenizer)
        start = time.perf_counter()
        if task["kind"] == "choices":
            choose(lm, task)
        else:
            (score if task["kind"] == "score" else generate)(model, task)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    main()
