"""Ten optimizer steps by torch, transformers and PEFT: full fine-tuning and LoRA from one start."""

import math

import torch
from peft import LoraConfig, get_peft_model
from transformers import get_linear_schedule_with_warmup

from quadrant_rng import Rng, lora_start

SEED, EPOCHS, BATCH = 0, 2, 6
WARMUP_RATIO, MAX_GRAD_NORM = 0.1, 1.0
BETAS, EPS, WEIGHT_DECAY = (0.9, 0.999), 1e-8, 0.0
PEAK_RATE = {"full": 1e-4, "lora": 1e-3}
RANK, ALPHA = 8, 16
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
WATCHED_LAYERS = (0, 14, 29)  # whose LoRA gradients are stored
WATCHED_STEPS = (1, 3)  # A has none before step 3: B is zero until step 2, the first with a rate


def nll_sum(model, sequence):
    """Sum over the learnt tokens; every sequence goes through the model alone, without padding."""
    ids = torch.tensor([sequence["ids"]])
    first = sequence["learn_from"]
    logits = model(ids, use_cache=False).logits[0, first - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, ids[0, first:], reduction="sum")


def learnt(sequence):
    return len(sequence["ids"]) - sequence["learn_from"]


def epoch_order(epoch, count):
    order = list(range(count))
    Rng(SEED, f"epoch:{epoch}").shuffle(order)
    return order


def with_lora(model):
    config = LoraConfig(
        r=RANK, lora_alpha=ALPHA, target_modules=LINEAR, lora_dropout=0.0, bias="none"
    )
    model = get_peft_model(model, config)
    with torch.no_grad():
        for name, weight in trainable(model):
            module, matrix = name.rsplit(".", 1)
            if matrix == "lora_A":
                weight.copy_(torch.from_numpy(lora_start(module, *weight.shape, seed=SEED)))
            elif weight.any():
                raise SystemExit(f"{name} does not start at zero")
    return model


def trainable(model):
    """(name, tensor); a LoRA matrix is named like model.layers.0.mlp.up_proj.lora_A."""
    for name, tensor in model.named_parameters():
        if tensor.requires_grad:
            yield name.removeprefix("base_model.model.").replace(".default.weight", ""), tensor


def gradient_norm(tensor):
    """In double: torch's own float32 sum over 28 million embedding gradients is off by 5e-5."""
    return torch.linalg.vector_norm(tensor.grad, dtype=torch.float64).item()


def gradient_norms(model, wanted):
    return {name: float(f"{gradient_norm(t):.7g}") for name, t in trainable(model) if wanted(name)}


def watched(name):
    return any(name.startswith(f"model.layers.{layer}.") for layer in WATCHED_LAYERS)


@torch.no_grad()
def mean_nll(model, sequences):
    return [round(nll_sum(model, s).item() / learnt(s), 7) for s in sequences]


def trajectory(model, method, train, held_out):
    steps = EPOCHS * math.ceil(len(train) / BATCH)
    parameters = [tensor for _, tensor in trainable(model)]
    peak = PEAK_RATE[method]
    optimizer = torch.optim.AdamW(
        parameters, lr=peak, betas=BETAS, eps=EPS, weight_decay=WEIGHT_DECAY
    )
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(WARMUP_RATIO * steps), steps)
    found = {
        "peak_learning_rate": peak,
        "trainable_parameters": sum(p.numel() for p in parameters),
        "held_out_before": mean_nll(model, held_out),
        "steps": [],
    }
    order = [i for epoch in range(EPOCHS) for i in epoch_order(epoch, len(train))]
    for step in range(1, steps + 1):
        batch = [train[i] for i in order[(step - 1) * BATCH : step * BATCH]]
        count = sum(learnt(s) for s in batch)
        loss = 0.0
        optimizer.zero_grad()
        for sequence in batch:
            part = nll_sum(model, sequence) / count
            part.backward()
            loss += part.item()
        if method == "full" and step == 1:
            found["gradient_norms_step_1"] = gradient_norms(model, lambda name: True)
        if method == "lora" and step in WATCHED_STEPS:
            found[f"gradient_norms_step_{step}"] = gradient_norms(model, watched)
        norm = math.hypot(*(gradient_norm(p) for p in parameters))
        torch.nn.utils.clip_grad_norm_(parameters, MAX_GRAD_NORM)
        found["steps"].append(
            {
                "lr": schedule.get_last_lr()[0],
                "learnt_tokens": count,
                "loss": round(loss, 7),
                "grad_norm": round(norm, 6),
            }
        )
        optimizer.step()
        schedule.step()
        print(
            f"  {method} {step:2} lr {found['steps'][-1]['lr']:.6f} loss {loss:.6f} norm {norm:.5f}"
        )
    found["held_out_after"] = mean_nll(model, held_out)
    return found


def trajectories(gguf, train, held_out):
    settings = {
        "seed": SEED,
        "epochs": EPOCHS,
        "batch_sequences": BATCH,
        "optimizer": "AdamW",
        "betas": BETAS,
        "eps": EPS,
        "weight_decay": WEIGHT_DECAY,
        "max_grad_norm": MAX_GRAD_NORM,
        "schedule": "linear",
        "warmup_ratio": WARMUP_RATIO,
        "lora_rank": RANK,
        "lora_alpha": ALPHA,
        "lora_modules": LINEAR,
        "dtype": "float32",
        "attention": "each sequence alone, causal",
    }
    probe = "model.layers.3.self_attn.q_proj"
    first = lora_start(probe, RANK, gguf.config.hidden_size, seed=SEED)[:2, :3]
    return {
        "settings": settings,
        "sequences": train,
        "held_out": held_out,
        "epoch_orders": [epoch_order(epoch, len(train)) for epoch in range(EPOCHS)],
        "lora_start": {"module": probe, "corner": first.astype(float).round(9).tolist()},
        "full": trajectory(gguf.model(), "full", train, held_out),
        "lora": trajectory(with_lora(gguf.model()), "lora", train, held_out),
    }
