"""Writes families/: tiny random models of every family, and the logits transformers gives for them.

Run: python make_families.py   (README-families.md says what is in it)
"""

import json
import pathlib
import shutil

import gguf
import numpy as np
import torch
import transformers

HERE = pathlib.Path(__file__).parent / "families"
VOCABULARY, WIDTH = 64, 16
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
TOKENS = 24  # longer than every sliding window here


def rope(kind, **more):
    return {"rope_theta": 10000.0, "rope_type": kind, **more}


LLAMA3 = rope(
    "llama3",
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=8192,
) | {"rope_theta": 500000.0}
GEMMA = {
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "intermediate_size": 16,
    "sliding_window": 6,
    "query_pre_attn_scalar": 8,
}
# name -> (class, changed configuration, how it is saved)
MODELS = {
    "llama": ("Llama", {"tie_word_embeddings": True}, {}),
    "llama_llama3_sharded": (
        "Llama",
        {"rope_parameters": LLAMA3, "tie_word_embeddings": False},
        {"max_shard_size": "12KB"},
    ),
    "llama_linear_bf16": (
        "Llama",
        {"rope_parameters": rope("linear", factor=4.0)},
        {"dtype": torch.bfloat16},
    ),
    "mistral": ("Mistral", {"sliding_window": 5}, {}),
    "qwen2_f16": ("Qwen2", {"tie_word_embeddings": True}, {"dtype": torch.float16}),
    "qwen3_yarn": (
        "Qwen3",
        {"rope_parameters": rope("yarn", factor=4.0, original_max_position_embeddings=16)},
        {},
    ),
    "smollm3": ("SmolLM3", {"num_hidden_layers": 4, "intermediate_size": 8}, {}),
    "gemma3": ("Gemma3", GEMMA | {"num_hidden_layers": 6}, {}),  # GGUF files imply the pattern
    "gemma3_scaled": (
        "Gemma3",
        GEMMA
        | {
            "layer_types": ["sliding_attention", "full_attention"],
            "query_pre_attn_scalar": 12,
            "rope_parameters": {
                "full_attention": rope("linear", factor=8.0) | {"rope_theta": 1e6},
                "sliding_attention": rope("default"),
            },
        },
        {},
    ),
}
# Those that are written as GGUF as well, in llama.cpp's names and forms.
GGUF_ARCHITECTURE = {
    "llama": "llama",
    "llama_llama3_sharded": "llama",
    "qwen2_f16": "qwen2",
    "qwen3_yarn": "qwen3",
    "gemma3": "gemma3",
}
MODULES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
GEMMA_MODULES = MODULES | {
    "post_attention_layernorm": "post_attention_norm",
    "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
}
OUTSIDE = {"embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output"}


def make_model(kind, changes, dtype):
    config_class = "Gemma3TextConfig" if kind == "Gemma3" else kind + "Config"
    config = getattr(transformers, config_class)(**SIZES | changes)
    model = getattr(transformers, kind + "ForCausalLM")._from_config(
        config, attn_implementation="eager"
    )
    for name, weight in model.named_parameters():
        # Large enough for every part to show in the logits; norms near their neutral value.
        scale = 0.2 if "norm" in name or name.endswith("bias") else 0.35
        neutral = 1.0 if "norm" in name and kind != "Gemma3" else 0.0
        with torch.no_grad():
            weight.copy_((torch.randn(weight.shape) * scale + neutral).to(dtype).float())
    return model.eval()


def gguf_name(name, modules):
    parts = name.removeprefix("model.").rsplit(".", 1)
    if parts[0].startswith("layers."):
        _, layer, module = parts[0].split(".", 2)
        return f"blk.{layer}.{modules[module]}.{parts[1]}"
    return f"{OUTSIDE[parts[0]]}.{parts[1]}"


def permute(weight, head_dim):
    """transformers has the two rotated halves of a head one after the other, GGUF has them in pairs."""
    return weight.reshape(-1, 2, head_dim // 2, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def llama3_divisors(parameters, head_dim):
    """As llama.cpp's convert_hf_to_gguf.py writes rope_freqs.weight."""
    old = parameters["original_max_position_embeddings"]
    low, high = parameters["low_freq_factor"], parameters["high_freq_factor"]
    divisors = []
    for i in range(0, head_dim, 2):
        length = 2 * np.pi * parameters["rope_theta"] ** (i / head_dim)
        if length < old / high:
            divisors.append(1.0)
        elif length > old / low:
            divisors.append(parameters["factor"])
        else:
            smooth = (old / length - low) / (high - low)
            divisors.append(1 / ((1 - smooth) / parameters["factor"] + smooth))
    return np.array(divisors, dtype=np.float32)


def write_gguf(path, model, architecture):
    config = model.config
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    parameters = config.rope_parameters
    if architecture == "gemma3":
        writer.add_sliding_window(config.sliding_window)
        parameters = parameters["full_attention"]
    writer.add_rope_freq_base(parameters["rope_theta"])
    if parameters["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(parameters["factor"])
        writer.add_rope_scaling_orig_ctx_len(parameters["original_max_position_embeddings"])
    if parameters["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_divisors(parameters, config.head_dim))
    modules = GEMMA_MODULES if architecture == "gemma3" else MODULES
    for name, weight in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = weight.float().numpy()
        if architecture == "llama" and (".q_proj" in name or ".k_proj" in name):
            values = permute(values, config.head_dim)
        if architecture == "gemma3" and "norm" in name:
            values = values + 1
        writer.add_tensor(gguf_name(name, modules), np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@torch.no_grad()
def reference(model, ids):
    logits = model(torch.tensor([ids])).logits[0]
    return [[round(v, 5) for v in row] for row in logits[[0, 7, TOKENS - 1]].tolist()]


def main():
    torch.set_num_threads(1)
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    torch.manual_seed(20261125)
    ids = torch.randint(3, VOCABULARY, (TOKENS,)).tolist()
    made = {"ids": ids, "rows": [0, 7, TOKENS - 1], "models": {}}
    for name, (kind, changes, saving) in MODELS.items():
        dtype = saving.pop("dtype", torch.float32)
        model = make_model(kind, changes, dtype)
        entry = {"logits": reference(model, ids)}
        if name in GGUF_ARCHITECTURE:
            entry["gguf"] = f"{name}.gguf"
            write_gguf(HERE / entry["gguf"], model, GGUF_ARCHITECTURE[name])
        model.to(dtype).save_pretrained(HERE / name, **saving)
        made["models"][name] = entry
    text = json.dumps(made, separators=(",", ":")).replace('],"', '],\n"').replace('},"', '},\n"')
    (HERE / "families.json").write_text(text + "\n")
    for path in sorted(HERE.rglob("*.*")):
        print(path.relative_to(HERE), path.stat().st_size)


if __name__ == "__main__":
    main()
