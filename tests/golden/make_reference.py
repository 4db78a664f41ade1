"""Writes smollm2.json, gemma3.json, minilm.json and training.json: what strategies/ must reproduce.

Run: python make_reference.py [smollm2] [gemma3] [minilm] [training] [--models DIR] [--compare DIR]
(all four without a name; what is in them: README-reference.md; inputs: reference_inputs.json)
"""

import argparse
import json
import pathlib

import jinja2
import torch
from sentence_transformers import SentenceTransformer

import reference_training
from gguf_gemma3 import GgufGemma3
from gguf_llama import GgufLlama

HERE = pathlib.Path(__file__).parent
LANGUAGE_MODEL = "smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"
GEMMA = "gemma-3-270m/gemma-3-270m-q4_k_m.gguf"
EMBEDDER = "all-minilm-l6-v2"
MAX_NEW_TOKENS = 32
END = "<|im_end|>"


class Text:
    """Tokenizer and chat template of the GGUF file."""

    def __init__(self, gguf):
        self.tokenizer = gguf.tokenizer()
        self.template = jinja2.Environment().from_string(gguf.field("tokenizer.chat_template"))

    def ids(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def prompt(self, question):
        messages = [{"role": "user", "content": question}]
        return self.template.render(messages=messages, add_generation_prompt=True)

    def learn_text(self, text):
        return {"ids": self.ids(text), "learn_from": 1}

    def learn_answer(self, question, answer):
        prompt = self.ids(self.prompt(question))
        return {"ids": prompt + self.ids(answer + END), "learn_from": len(prompt)}


@torch.no_grad()
def token_logprobs(model, ids):
    logprobs = model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
    return [round(logprobs[i, token].item(), 5) for i, token in enumerate(ids[1:])]


@torch.no_grad()
def greedy(model, prompt_ids, end_id):
    """Completion ids (the end token included) and the smallest gap of best to second logit."""
    ids, gap, cache, feed = [], float("inf"), None, prompt_ids
    while len(ids) < MAX_NEW_TOKENS and ids[-1:] != [end_id]:
        out = model(torch.tensor([feed]), past_key_values=cache, use_cache=True)
        best, second = out.logits[0, -1].topk(2).values.tolist()
        gap = min(gap, best - second)
        feed, cache = [out.logits[0, -1].argmax().item()], out.past_key_values
        ids += feed
    return ids, gap


def batches(story):
    """Windows of the story: of unequal length, then ones that share prefixes."""
    windows = [(0, 1), (5, 7), (40, 49), (60, 93), (100, 180), (0, len(story))]
    stem = story[:50]
    shared = [
        stem,
        stem + story[60:61],
        stem + story[70:90],
        stem[:20] + story[120:150],
        stem + story[70:80],
    ]
    return {"unequal_lengths": [story[a:b] for a, b in windows], "shared_prefixes": shared}


def make_smollm2(gguf, text, inputs):
    model = gguf.model()
    scored = lambda ids: {"ids": ids, "token_logprobs": token_logprobs(model, ids)}
    chat = []
    for question in inputs["questions"]:
        prompt = text.prompt(question)
        prompt_ids = text.ids(prompt)
        completion_ids, gap = greedy(model, prompt_ids, gguf.config.eos_token_id)
        chat.append(
            {
                "question": question,
                "prompt": prompt,
                "prompt_ids": prompt_ids,
                "completion_ids": completion_ids,
                "min_top2_gap": round(gap, 6),
            }
        )
    return {
        "model": LANGUAGE_MODEL,
        "max_new_tokens": MAX_NEW_TOKENS,
        "texts": [{"text": t, **scored(text.ids(t))} for t in inputs["texts"]],
        "chat": chat,
        "batches": [
            {"name": name, "sequences": [scored(ids) for ids in sequences]}
            for name, sequences in batches(text.ids(inputs["story"])).items()
        ],
    }


def make_gemma3(models, inputs):
    """A base model: no template, so questions are asked as a text to go on with."""
    gguf = GgufGemma3(models / GEMMA)
    tokenizer, model = gguf.tokenizer(), gguf.model()
    scored = lambda ids: {"ids": ids, "token_logprobs": token_logprobs(model, ids)}
    chat = []
    for question in inputs["questions"]:
        prompt = f"Question: {question}\nAnswer:"
        prompt_ids = tokenizer(prompt)["input_ids"]
        completion_ids, gap = greedy(model, prompt_ids, tokenizer.eos_token_id)
        chat.append(
            {
                "prompt": prompt,
                "prompt_ids": prompt_ids,
                "completion_ids": completion_ids,
                "text": tokenizer.decode(completion_ids, skip_special_tokens=True),
                "min_top2_gap": round(gap, 6),
            }
        )
    # Longer than the sliding window of 512 tokens.
    long_ids = tokenizer("\n".join([inputs["story"]] * 3))["input_ids"]
    return {
        "model": GEMMA,
        "max_new_tokens": MAX_NEW_TOKENS,
        "texts": [
            {"text": t, **scored(tokenizer(t)["input_ids"])} for t in inputs["texts"] if t
        ],
        "long": scored(long_ids),
        "chat": chat,
    }


def make_minilm(models, inputs):
    embedder = SentenceTransformer(str(models / EMBEDDER), device="cpu")
    too_long = inputs["story"] + "\n" + inputs["story"]
    texts = []
    for text in ["", *inputs["embedding_texts"], too_long]:
        ids = embedder.tokenizer(text, truncation=True, max_length=embedder.max_seq_length)[
            "input_ids"
        ]
        embedding = embedder.encode(text, show_progress_bar=False).tolist()
        texts.append({"text": text, "ids": ids, "embedding": [round(v, 6) for v in embedding]})
    return {"model": EMBEDDER, "max_seq_length": embedder.max_seq_length, "texts": texts}


def make_training(gguf, text, inputs):
    given = inputs["training"]
    train = [text.learn_text(t) for t in given["texts"]]
    train += [text.learn_answer(*pair) for pair in given["chats"]]
    held_out = [text.learn_text(t) for t in given["held_out_texts"]]
    held_out += [text.learn_answer(*pair) for pair in given["held_out_chats"]]
    return {"model": LANGUAGE_MODEL, **reference_training.trajectories(gguf, train, held_out)}


def compare(made, reference):
    """Stops when what was made differs from a reference with the same layout."""
    known = {entry["text"]: entry for entry in reference["texts"]}
    worst, shared = 0.0, [entry for entry in made["texts"] if entry["text"] in known]
    for entry in shared:
        other = known[entry["text"]]
        if entry["ids"] != other["ids"]:
            raise SystemExit(f"ids differ: {entry['text']!r}")
        for key in {"token_logprobs", "embedding"} & entry.keys():
            worst = max([worst, *(abs(a - b) for a, b in zip(entry[key], other[key], strict=True))])
    for entry, other in zip(made.get("chat", []), reference.get("chat", []), strict=True):
        for key in ("prompt", "prompt_ids", "completion_ids"):
            if entry[key] != other[key]:
                raise SystemExit(f"{key} differs: {entry['prompt']!r}")
    print(f"  {len(shared)} texts compared, largest difference {worst:.2e}")
    if worst > 1e-3:
        raise SystemExit("too far from the reference")


def lines(value, depth):
    """JSON with one line for each entry of the outer `depth` levels, so that a diff can be read."""
    if depth == 0 or not isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, list):
        return "[\n" + ",\n".join(lines(v, depth - 1) for v in value) + "\n]"
    return (
        "{\n"
        + ",\n".join(f"{json.dumps(k)}:{lines(v, depth - 1)}" for k, v in value.items())
        + "\n}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = ["smollm2", "gemma3", "minilm", "training"]
    parser.add_argument("names", nargs="*", help=" ".join(names))
    parser.add_argument(
        "--models", type=pathlib.Path, default=pathlib.Path.home() / ".cache/quadrant/models"
    )
    parser.add_argument(
        "--compare", type=pathlib.Path, help="folder of reference files made elsewhere"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    inputs = json.loads((HERE / "reference_inputs.json").read_text())
    gguf = GgufLlama(options.models / LANGUAGE_MODEL)
    text = Text(gguf)
    make = {
        "smollm2": lambda: make_smollm2(gguf, text, inputs),
        "gemma3": lambda: make_gemma3(options.models, inputs),
        "minilm": lambda: make_minilm(options.models, inputs),
        "training": lambda: make_training(gguf, text, inputs),
    }
    for name in options.names or names:
        made = make[name]()
        path = HERE / f"{name}.json"
        other = options.compare / path.name if options.compare else None
        print(path.name)
        if other and other.exists():
            compare(made, json.loads(other.read_text()))
        path.write_text(lines(made, depth=2) + "\n")
        print(f"  {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
