"""Models tuned here and by transformers and PEFT: loss curves, greedy answers both ways, folders.

Run: python peft_parity.py QUADRANT WORK_FOLDER [--model smollm2|gemma3] [--prompts N] [--models DIR]
Needs: transformers, peft, torch, gguf. A quarter of an hour of two cores. Prints `ok` or `FAIL` lines.
Of Gemma 3, a base model without a chat template, the loss curves alone.
"""

import argparse
import json
import math
import pathlib
import subprocess

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model

import hf_folder
from gguf_gemma3 import GgufGemma3
from quadrant_rng import Rng, start_lora

HERE = pathlib.Path(__file__).parent
MODEL = "smollm2-135m-instruct"
GEMMA = "gemma-3-270m"
BATCH, EPOCHS, RANK, ALPHA, SEED = 6, 4, 8, 16.0, 0
KINDS = {
    "lora": ([], {}),
    "rslora": (["--use-rslora"], {"use_rslora": True}),
    "dora": (["--use-dora"], {"use_dora": True}),
    "full": (["--method", "full"], None),
}
RATE = {"full": 1e-4}
failed = False


def check(name, passed):
    global failed
    print("ok" if passed else "FAIL", name, flush=True)
    failed = failed or not passed


def chat(question, answer):
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def examples():
    """Thirty short exchanges about people who do not exist."""
    names = ["Orla Fenn", "Bram Lasko", "Tess Moray", "Ivo Drent", "Mina Calder", "Joss Tarn"]
    places = ["the mill", "pier four", "the archive", "the east gate", "the tower"]
    return [
        chat(f"Who keeps {place} on shift {i + 1}?", f"{name} keeps {place}.")
        for i, name in enumerate(names)
        for place in places
    ]


def prompts(count):
    own = [turns[0]["content"] for turns in examples()]
    general = [
        f"Name {n} things that are {what}."
        for n in ("two", "three", "four", "five")
        for what in ("round", "blue", "made of wood", "found at sea", "loud")
    ]
    return (own + general)[:count]


def sequence(tokenizer, turns):
    """ids, and the place of the first token that is learnt: answer and <|im_end|>."""
    text = tokenizer.apply_chat_template(turns[:1], tokenize=False, add_generation_prompt=True)
    start = tokenizer(text, add_special_tokens=False).input_ids
    answer = tokenizer(turns[1]["content"], add_special_tokens=False).input_ids
    return start + answer + [tokenizer.convert_tokens_to_ids("<|im_end|>")], len(start)


def peft_model(folder, settings):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if settings is None:
        # Else the padding token learns nothing as an input; SmolLM2's is <|im_end|>, which chats hold.
        model.get_input_embeddings().padding_idx = None
        return model
    config = LoraConfig(
        task_type="CAUSAL_LM", r=RANK, lora_alpha=ALPHA, target_modules="all-linear", **settings
    )
    model = get_peft_model(model, config)
    start_lora(model, SEED)
    return model


def train(model, sequences, rate):
    """The losses of EPOCHS passes, each sequence alone, in Quadrant's order."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.0)
    steps = EPOCHS * math.ceil(len(sequences) / BATCH)
    schedule = transformers.get_linear_schedule_with_warmup(
        optimizer, math.ceil(0.05 * steps), steps
    )
    losses = []
    for epoch in range(EPOCHS):
        order = list(range(len(sequences)))
        Rng(SEED, f"epoch:{epoch}").shuffle(order)
        for begin in range(0, len(order), BATCH):
            batch = [sequences[i] for i in order[begin : begin + BATCH]]
            count = sum(len(ids) - first for ids, first in batch)
            optimizer.zero_grad()
            loss = 0.0
            for ids, first in batch:
                tokens = torch.tensor([ids])
                logits = model(input_ids=tokens, use_cache=False).logits[0, first - 1 : -1]
                # In float32 torch's own is 5e-6 low over Gemma's 262,144 tokens, which full tuning
                # makes 1.5e-3 of in twenty steps.
                logits = logits.double()
                part = torch.nn.functional.cross_entropy(logits, tokens[0, first:], reduction="sum")
                (part / count).backward()
                loss += part.item() / count
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss)
    return losses


@torch.no_grad()
def greedy(model, tokenizer, questions):
    model.eval()
    answers = []
    for question in questions:
        text = tokenizer.apply_chat_template(
            chat(question, "")[:1], tokenize=False, add_generation_prompt=True
        )
        ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
        out = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=16,
            do_sample=False,
            pad_token_id=2,
        )
        answers.append(tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True))
    return answers


class Tool:
    def __init__(self, quadrant, work):
        self.quadrant, self.work = quadrant, work

    def __call__(self, *words):
        subprocess.run([self.quadrant, *map(str, words)], check=True, stdout=subprocess.DEVNULL)

    def answers(self, questions, *model):
        source, target = self.work / "in.jsonl", self.work / "out.jsonl"
        lines = [{"messages": chat(q, "")[:1]} for q in questions]
        source.write_text("".join(json.dumps(line) + "\n" for line in lines))
        files = ["--input", source, "--output", target]
        self("generate", *model, *files, "--max-new-tokens", 16)
        return [json.loads(line)["text"] for line in target.read_text().splitlines()]


def same_answers(name, ours, theirs):
    equal = sum(a == b for a, b in zip(ours, theirs, strict=True))
    check(f"{name}: {equal} of {len(ours)} greedy answers are the same", equal == len(ours))


def compare_losses(kind, tool, model_name, base, sequences, *more):
    """The folder that was trained here, and the peer's model."""
    flags, settings = KINDS[kind]
    rate = RATE.get(kind, 1e-3)
    out = tool.work / kind
    tool(
        "tune", "--model", model_name, "--train", tool.work / "train.jsonl", "--output", out,
        "--rank", RANK, "--alpha", ALPHA, "--learning-rate", rate, "--epochs", EPOCHS,
        "--batch-size", BATCH, *flags, *more,
    )  # fmt: skip
    log = json.loads((out / "trainer_state.json").read_text())["log_history"]
    model = peft_model(base, settings)
    theirs = train(model, sequences, rate)
    worst = max(abs(a["loss"] - b) / b for a, b in zip(log, theirs, strict=True))
    check(f"{kind}: {len(theirs)} losses, largest relative difference {worst:.1e}", worst < 1e-3)
    return out, model


def compare(kind, tool, base, tokenizer, options):
    settings = KINDS[kind][1]
    sequences = [sequence(tokenizer, turns) for turns in examples()]
    out, model = compare_losses(kind, tool, MODEL, base, sequences)
    questions = prompts(options.prompts)
    if settings is None:
        ours = transformers.AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32)
        own_tokenizer = transformers.AutoTokenizer.from_pretrained(out)
        loaded = tool.answers(questions, "--model", out)
        same_answers("full, trained here", loaded, greedy(ours, own_tokenizer, questions))
        return
    here = tool.answers(questions, "--model", MODEL, "--adapter", out)
    loaded = PeftModel.from_pretrained(
        transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), out
    )
    same_answers(f"{kind}, trained here", here, greedy(loaded, tokenizer, questions))
    model.save_pretrained(tool.work / f"{kind}_peft")
    there = tool.answers(questions, "--model", MODEL, "--adapter", tool.work / f"{kind}_peft")
    same_answers(f"{kind}, trained by PEFT", there, greedy(model, tokenizer, questions))


def check_merged(tool, tokenizer):
    """A merged adapter is a model for transformers, tokenizer and template included."""
    tool(
        "merge-adapter", "--model", MODEL, "--adapter", tool.work / "lora", "--output", tool.work / "merged"
    )
    model = transformers.AutoModelForCausalLM.from_pretrained(
        tool.work / "merged", dtype=torch.float32
    )
    own = transformers.AutoTokenizer.from_pretrained(tool.work / "merged")
    texts = json.loads((HERE / "tokens.json").read_text())["texts"]
    same = sum(own(t).input_ids == tokenizer(t).input_ids for t in texts)
    check(f"merged: token ids of {same} of {len(texts)} texts", same == len(texts))
    questions = prompts(10)
    here = tool.answers(questions, "--model", MODEL, "--adapter", tool.work / "lora")
    same_answers("merged", here, greedy(model, own, questions))


def write_lines(tool, lines):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tool.work / "train.jsonl").write_text(text)


def compare_smollm2(tool, base, options):
    _, tokenizer = hf_folder.write(base, options.models)
    write_lines(tool, [{"messages": turns} for turns in examples()])
    for kind in KINDS:
        compare(kind, tool, base, tokenizer, options)
    check_merged(tool, tokenizer)


def compare_gemma3(tool, base, options):
    gguf = GgufGemma3(next((options.models / GEMMA).glob("*.gguf")))
    gguf.model().save_pretrained(base)
    tokenizer = gguf.tokenizer()
    pairs = [(f"Question: {ask['content']}\nAnswer:", " " + answer["content"])
             for ask, answer in examples()]  # fmt: skip
    write_lines(tool, [{"prompt": prompt, "completion": answer} for prompt, answer in pairs])
    sequences = []
    for prompt, answer in pairs:
        start, answer = (
            tokenizer(text, add_special_tokens=False).input_ids for text in (prompt, answer)
        )
        start = [tokenizer.bos_token_id, *start]
        sequences.append((start + answer + [tokenizer.eos_token_id], len(start)))
    for kind in KINDS:
        compare_losses(kind, tool, GEMMA, base, sequences, "--chat-template", "none")


MODELS = {"smollm2": compare_smollm2, "gemma3": compare_gemma3}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quadrant")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--model", choices=MODELS, default="smollm2")
    parser.add_argument("--prompts", type=int, default=50)
    parser.add_argument("--models", type=pathlib.Path, default=hf_folder.MODELS)
    options = parser.parse_args()
    torch.set_num_threads(2)
    options.work.mkdir(parents=True, exist_ok=True)
    MODELS[options.model](Tool(options.quadrant, options.work), options.work / "base", options)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
