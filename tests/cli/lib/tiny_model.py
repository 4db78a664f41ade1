"""tiny_model.py FOLDER: a llama of 0.1 million random weights whose tokens are bytes, as a Hugging
Face folder. It says nothing sensible, but it is loaded, tuned and asked in a moment."""
import json, pathlib, random, struct, sys

folder = pathlib.Path(sys.argv[1])
folder.mkdir()
hidden, middle, heads, pairs, layers, size = 64, 128, 4, 2, 2, 16
# The characters that stand for bytes in a byte-level vocabulary, in the order of GPT-2.
plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
letters = [chr(b) for b in plain] + [chr(256 + i) for i in range(256 - len(plain))]
vocabulary = {"<|endoftext|>": 0, **{letter: i + 1 for i, letter in enumerate(letters)}}

shapes = {"model.embed_tokens.weight": [len(vocabulary), hidden], "model.norm.weight": [hidden]}
for i in range(layers):
    for name, shape in {
        "input_layernorm": [hidden], "post_attention_layernorm": [hidden],
        "self_attn.q_proj": [heads * size, hidden], "self_attn.k_proj": [pairs * size, hidden],
        "self_attn.v_proj": [pairs * size, hidden], "self_attn.o_proj": [hidden, heads * size],
        "mlp.gate_proj": [middle, hidden], "mlp.up_proj": [middle, hidden], "mlp.down_proj": [hidden, middle],
    }.items():
        shapes[f"model.layers.{i}.{name}.weight"] = shape

draw, header, data = random.Random(0), {}, bytearray()
for name, shape in shapes.items():
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    values = [1.0] * count if "norm" in name else [draw.gauss(0, 0.15) for _ in range(count)]
    begin = len(data)
    data += struct.pack(f"<{count}f", *values)
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(data)]}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
(folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)

def write(name, value):
    (folder / name).write_text(json.dumps(value))

write("config.json", {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": hidden,
    "intermediate_size": middle, "num_attention_heads": heads, "num_key_value_heads": pairs, "head_dim": size,
    "num_hidden_layers": layers, "max_position_embeddings": 8192, "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0, "tie_word_embeddings": True, "vocab_size": len(vocabulary), "bos_token_id": 0,
    "eos_token_id": 0, "torch_dtype": "float32"})
write("tokenizer_config.json", {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"})
write("tokenizer.json", {
    "version": "1.0",
    "added_tokens": [{"id": 0, "content": "<|endoftext|>", "special": True}],
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True},
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": vocabulary, "merges": []}})
