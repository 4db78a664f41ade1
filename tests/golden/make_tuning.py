"""Writes tuning/: twenty optimizer steps of every technique by transformers and PEFT on a tiny model.

Run: python make_tuning.py   (README-families.md says what is in it)
"""

import json
import math
import pathlib
import random
import shutil

import torch
import transformers
from peft import LoraConfig, get_peft_model
from peft.optimizers import create_loraplus_optimizer
from safetensors.torch import save_file

from quadrant_rng import Rng, start_lora

HERE = pathlib.Path(__file__).parent
BASE, OUT = HERE / "families" / "llama", HERE / "tuning"
BATCH, EPOCHS, SEED, WARMUP_RATIO = 4, 5, 3, 0.1
# The keys are Quadrant's; everything that is not said is its default.
VARIANTS = {
    "full": {
        "method": "full",
        "learning_rate": 1e-3,
        "weight_decay": 0.1,
        "lr_scheduler_type": "cosine",
    },
    "lora": {"method": "lora", "lr_scheduler_type": "linear"},
    "rslora": {
        "method": "lora",
        "use_rslora": True,
        "target_modules": ["q_proj", "v_proj", "down_proj"],
        "lr_scheduler_type": "constant",
    },
    "dora": {"method": "lora", "use_dora": True, "lr_scheduler_type": "warmup_stable_decay"},
    "loraplus": {
        "method": "lora",
        "use_dora": True,
        "loraplus_lr_ratio": 4.0,
        "weight_decay": 0.1,
        "lr_scheduler_type": "linear",
    },
}
LORA = {"rank": 4, "alpha": 8.0, "learning_rate": 1e-2}


def base_model():
    return transformers.LlamaForCausalLM.from_pretrained(BASE, dtype=torch.float32)


def make_sequences():
    """Random ids; five begin alike, as chats under one system prompt do."""
    draw = random.Random(20261126)
    stem = [draw.randrange(3, 64) for _ in range(7)]
    sequences = []
    for i in range(14):
        ids = (stem if i % 3 == 0 else []) + [
            draw.randrange(3, 64) for _ in range(draw.randrange(5, 16))
        ]
        sequences.append({"ids": ids, "learn_from": draw.randrange(1, len(ids) - 2)})
    return sequences


def peft_model(**settings):
    config = LoraConfig(task_type="CAUSAL_LM", **settings)
    return get_peft_model(base_model(), config)


def with_start(variant):
    model = peft_model(
        r=LORA["rank"],
        lora_alpha=LORA["alpha"],
        target_modules=variant.get("target_modules", "all-linear"),
        use_rslora=variant.get("use_rslora", False),
        use_dora=variant.get("use_dora", False),
    )
    start_lora(model, SEED)
    return model


def nll_sum(model, sequence):
    ids, first = torch.tensor([sequence["ids"]]), sequence["learn_from"]
    logits = model(input_ids=ids, use_cache=False).logits[0, first - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, ids[0, first:], reduction="sum")


def learnt(sequences):
    return sum(len(s["ids"]) - s["learn_from"] for s in sequences)


def backward(model, sequences):
    """The batch's mean loss over its learnt tokens, each sequence alone."""
    model.zero_grad()
    total = 0.0
    for sequence in sequences:
        part = nll_sum(model, sequence) / learnt(sequences)
        part.backward()
        total += part.item()
    return total


def make_optimizer(model, variant):
    rate, decay = variant["learning_rate"], variant.get("weight_decay", 0.0)
    if "loraplus_lr_ratio" in variant:
        return create_loraplus_optimizer(
            model,
            torch.optim.AdamW,
            lr=rate,
            loraplus_lr_ratio=variant["loraplus_lr_ratio"],
            loraplus_weight_decay=decay,
        )
    decayed = transformers.Trainer.get_decay_parameter_names(None, model)
    groups = [
        {
            "params": [p for n, p in model.named_parameters() if p.requires_grad and n in decayed],
            "weight_decay": decay,
        },
        {
            "params": [
                p for n, p in model.named_parameters() if p.requires_grad and n not in decayed
            ],
            "weight_decay": 0.0,
        },
    ]
    return torch.optim.AdamW(groups, lr=rate)


def train(model, variant, sequences):
    steps = EPOCHS * math.ceil(len(sequences) / BATCH)
    optimizer = make_optimizer(model, variant)
    name = variant["lr_scheduler_type"]
    decay = {"num_decay_steps": math.ceil(0.1 * steps)} if name == "warmup_stable_decay" else {}
    schedule = transformers.get_scheduler(
        "constant_with_warmup" if name == "constant" else name,
        optimizer,
        math.ceil(WARMUP_RATIO * steps),
        steps,
        scheduler_specific_kwargs=decay,
    )
    order = []
    for epoch in range(EPOCHS):
        places = list(range(len(sequences)))
        Rng(SEED, f"epoch:{epoch}").shuffle(places)
        order += [places[i : i + BATCH] for i in range(0, len(places), BATCH)]
    made = []
    for places in order:
        loss = backward(model, [sequences[i] for i in places])
        trained = [p for p in model.parameters() if p.requires_grad]
        norm = torch.nn.utils.clip_grad_norm_(trained, 1.0).item()
        made.append(
            {"loss": round(loss, 7), "grad_norm": round(norm, 6), "lr": schedule.get_last_lr()[0]}
        )
        optimizer.step()
        schedule.step()
    return made


@torch.no_grad()
def logits(model, families):
    rows = model(input_ids=torch.tensor([families["ids"]])).logits[0][families["rows"]]
    return [[round(v, 5) for v in row] for row in rows.tolist()]


def saved_name(name):
    return name.replace(".default.weight", ".weight").replace(
        ".lora_magnitude_vector.weight", ".lora_magnitude_vector"
    )


def save_gradients(model, sequences, path):
    backward(model, sequences)
    save_file(
        {
            saved_name(n): p.grad.contiguous()
            for n, p in model.named_parameters()
            if p.requires_grad
        },
        path,
    )


def save_adapter(model, folder):
    model.peft_config["default"].base_model_name_or_path = "tests/golden/families/llama"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)


def patterns(families):
    """An adapter with a rank and an alpha of its own for some modules, nothing of it at its start."""
    torch.manual_seed(5)
    model = peft_model(
        r=3,
        lora_alpha=5,
        target_modules=["q_proj", "v_proj", "up_proj"],
        rank_pattern={"q_proj": 2, "layers.1.mlp.up_proj": 4},
        alpha_pattern={r"layers\.\d\.self_attn\.v_proj": 7},
        use_dora=True,
    )
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.requires_grad:
                weight += torch.randn(weight.shape) * 0.2
    save_adapter(model, OUT / "patterns")
    return {"logits": logits(model, families)}


def main():
    torch.set_num_threads(1)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    families = json.loads((HERE / "families" / "families.json").read_text())
    sequences = make_sequences()
    made = {"base": "families/llama", "seed": SEED, "batch_size": BATCH, "epochs": EPOCHS}
    made |= {"warmup_ratio": WARMUP_RATIO, "sequences": sequences, "variants": {}}
    for name, changes in VARIANTS.items():
        full = changes["method"] == "full"
        variant = changes if full else LORA | changes
        model = base_model() if full else with_start(variant)
        if full:
            save_gradients(model, sequences, OUT / "gradients_full.safetensors")
        steps = train(model, variant, sequences)
        made["variants"][name] = {"tuning": variant, "steps": steps}
        made["variants"][name]["logits"] = logits(model, families)
        if not full:
            save_adapter(model, OUT / name)
            save_gradients(model, sequences, OUT / f"gradients_{name}.safetensors")
        print(name, steps[0]["loss"], steps[-1]["loss"])
    made["patterns"] = patterns(families)
    text = json.dumps(made, separators=(",", ":")).replace('],"', '],\n"').replace('},"', '},\n"')
    (OUT / "tuning.json").write_text(text.replace("},{", "},\n{") + "\n")
    for path in sorted(OUT.rglob("*.*")):
        print(path.relative_to(OUT), path.stat().st_size)


if __name__ == "__main__":
    main()
