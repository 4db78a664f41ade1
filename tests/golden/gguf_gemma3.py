"""Reads a GGUF file of Gemma 3: a transformers model in fp32, and its tokenizer."""

import re

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from transformers import AutoTokenizer, Gemma3ForCausalLM, Gemma3TextConfig

MODULES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
OUTSIDE_LAYERS = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
}


class GgufGemma3:
    def __init__(self, path):
        self.path = path
        self.reader = GGUFReader(path)
        head = "gemma3."
        self.config = Gemma3TextConfig(
            vocab_size=len(self.field("tokenizer.ggml.tokens")),
            hidden_size=self.field(head + "embedding_length"),
            intermediate_size=self.field(head + "feed_forward_length"),
            num_hidden_layers=self.field(head + "block_count"),
            num_attention_heads=self.field(head + "attention.head_count"),
            num_key_value_heads=self.field(head + "attention.head_count_kv"),
            head_dim=self.field(head + "attention.key_length"),
            query_pre_attn_scalar=self.field(head + "attention.key_length"),
            max_position_embeddings=self.field(head + "context_length"),
            sliding_window=self.field(head + "attention.sliding_window"),
            rms_norm_eps=1e-6,  # the file holds the nearest float32
            rope_parameters={
                "full_attention": {
                    "rope_type": "default",
                    "rope_theta": self.field(head + "rope.freq_base"),
                },
                "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            },
        )
        if abs(self.field(head + "attention.layer_norm_rms_epsilon") - 1e-6) > 1e-12:
            raise SystemExit("the file's rms epsilon is not 1e-6")

    def field(self, key):
        return self.reader.fields[key].contents()

    def model(self):
        model = Gemma3ForCausalLM._from_config(
            self.config, dtype=torch.float32, attn_implementation="sdpa"
        )
        missing, unexpected = model.load_state_dict(dict(self.weights()), strict=False)
        if missing != ["lm_head.weight"] or unexpected:
            raise SystemExit(f"weights do not fit: missing {missing}, unexpected {unexpected}")
        model.tie_weights()
        return model.eval()

    def weights(self):
        for tensor in self.reader.tensors:
            values = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            if "norm" in tensor.name:
                values -= 1  # llama.cpp's converter adds it
            inside = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", tensor.name)
            name = OUTSIDE_LAYERS.get(tensor.name)
            if inside:
                name = f"model.layers.{inside[1]}.{MODULES[inside[2]]}.weight"
            yield name, torch.from_numpy(values)

    def tokenizer(self):
        return AutoTokenizer.from_pretrained(self.path.parent, gguf_file=self.path.name)
