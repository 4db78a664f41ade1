"""Writes SmolLM2's GGUF file as a Hugging Face folder, by transformers: fp32 safetensors, tokenizer.json.

Run: python hf_folder.py FOLDER [--models DIR]
Needs: transformers, gguf, torch.
"""

import argparse
import pathlib

from gguf_llama import GgufLlama
from transformers import PreTrainedTokenizerFast

FILE = "smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"
MODELS = pathlib.Path.home() / ".cache/quadrant/models"


def write(folder, models=MODELS):
    """Returns the model and its tokenizer."""
    gguf = GgufLlama(models / FILE)
    model = gguf.model()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=gguf.tokenizer(),
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        chat_template=gguf.field("tokenizer.chat_template"),
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model, tokenizer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path, default=MODELS)
    options = parser.parse_args()
    write(options.folder, options.models)
