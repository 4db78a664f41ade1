"""The peer's half of training_gpu.py: one pass by transformers and PEFT over the texts on stdin.

Run: python training_gpu_peer.py MODEL_FOLDER lora|full BATCH <texts.json; prints the seconds of each
step, and the FLOP/s of a plain bfloat16 product. As transformers' Trainer does it with bf16=True: full
tuning holds float32 weights, LoRA a bfloat16 base and float32 adapters; autocast; torch's own attention.
"""

import json
import statistics
import sys
import time

import torch
import transformers


def product_speed(size=8192, rounds=20):
    a, b = (torch.randn(size, size, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    times = []
    for _ in range(rounds):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        a @ b
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1000)
    return 2 * size**3 / statistics.median(times)


def main():
    folder, method, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    lora = method == "lora"
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16 if lora else torch.float32, attn_implementation="sdpa").cuda()  # fmt: skip
    if lora:
        from peft import LoraConfig, get_peft_model

        settings = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear")
        model = get_peft_model(model, settings)
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.0, fused=True)
    # A byte is a token, and 256 ends a text.
    rows = torch.tensor([[*text.encode(), 256] for text in json.load(sys.stdin)])
    seconds = []
    for batch in rows.split(size):
        torch.cuda.synchronize()
        start = time.perf_counter()
        ids = batch.cuda()
        optimizer.zero_grad()
        with torch.autocast("cuda", dtype=torch.bfloat16):
            loss = model(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        loss.item()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    del model, optimizer, trained, loss
    torch.cuda.empty_cache()
    print(json.dumps({"seconds": seconds, "product": product_speed()}))


if __name__ == "__main__":
    main()
