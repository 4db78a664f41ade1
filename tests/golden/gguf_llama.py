"""Reads a GGUF file of the llama architecture: a transformers model in fp32, and its tokenizer."""

import re

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

MODULES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
OUTSIDE_LAYERS = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
}
CONTROL = 3  # GGUF's token type of special tokens


class GgufLlama:
    def __init__(self, path):
        self.reader = GGUFReader(path)
        head = "llama."
        self.heads = self.field(head + "attention.head_count")
        self.kv_heads = self.field(head + "attention.head_count_kv")
        self.config = LlamaConfig(
            vocab_size=self.field(head + "vocab_size"),
            hidden_size=self.field(head + "embedding_length"),
            intermediate_size=self.field(head + "feed_forward_length"),
            num_hidden_layers=self.field(head + "block_count"),
            num_attention_heads=self.heads,
            num_key_value_heads=self.kv_heads,
            max_position_embeddings=self.field(head + "context_length"),
            rms_norm_eps=1e-5,  # the file holds the nearest float32
            rope_parameters={
                "rope_type": "default",
                "rope_theta": self.field(head + "rope.freq_base"),
            },
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=self.field("tokenizer.ggml.eos_token_id"),
            pad_token_id=self.field("tokenizer.ggml.padding_token_id"),
        )
        if abs(self.field(head + "attention.layer_norm_rms_epsilon") - 1e-5) > 1e-11:
            raise SystemExit("the file's rms epsilon is not 1e-5")

    def field(self, key):
        return self.reader.fields[key].contents()

    def model(self):
        """A fresh model with the file's weights: fp32, SDPA attention, eval mode."""
        model = LlamaForCausalLM._from_config(
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
            inside = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", tensor.name)
            if not inside:
                yield OUTSIDE_LAYERS[tensor.name], torch.from_numpy(values)
                continue
            layer, kind = inside.groups()
            if kind in ("attn_q", "attn_k"):
                values = unpermute(values, self.heads if kind == "attn_q" else self.kv_heads)
            yield f"model.layers.{layer}.{MODULES[kind]}.weight", torch.from_numpy(values)

    def tokenizer(self):
        """Digits one by one, then GPT-2's pattern: what the pre-tokenizer name `smollm` stands for.

        transformers' own GGUF import leaves the digit rule out.
        """
        tokens = self.field("tokenizer.ggml.tokens")
        merges = [tuple(line.split(" ")) for line in self.field("tokenizer.ggml.merges")]
        bpe = models.BPE({token: i for i, token in enumerate(tokens)}, merges)
        tokenizer = Tokenizer(bpe)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        )
        tokenizer.decoder = decoders.ByteLevel()
        types = self.field("tokenizer.ggml.token_type")
        special = [
            AddedToken(t, special=True, normalized=False)
            for t, k in zip(tokens, types)
            if k == CONTROL
        ]
        tokenizer.add_special_tokens(special)
        return tokenizer


def unpermute(weight, heads):
    """GGUF interleaves the two halves that rotary embedding pairs; transformers splits them."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, rows // heads // 2, 2, columns)
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows, columns)
