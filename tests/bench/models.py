"""The models of the benches, and transformers' form of them."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "golden"))
MODELS = pathlib.Path.home() / ".cache/quadrant/models"
FILES = {
    "smollm2": MODELS / "smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf",
    "gemma3": MODELS / "gemma-3-270m/gemma-3-270m-q4_k_m.gguf",
}
FLOPS_A_TOKEN = {"smollm2": 2 * 134.5e6, "gemma3": 2 * 268.1e6}  # a product and a sum a weight


def read_gguf(path):
    """Its model() is de-quantised to fp32; tokenizer() is the file's own."""
    if "gemma" in path.name:
        from gguf_gemma3 import GgufGemma3 as Gguf
    else:
        from gguf_llama import GgufLlama as Gguf
    return Gguf(path)
