"""Writes tiny_cross/: a cross-encoder with random weights, and its logits by sentence-transformers.

Run with a Python that has sentence-transformers 6.2.0; it takes the vocabulary of tiny_bert/.
"""
import json
import pathlib
import shutil

import torch
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "tiny_cross"
torch.manual_seed(21)

shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir()
shutil.copy(HERE / "tiny_bert" / "vocab.txt", FOLDER / "vocab.txt")
size = len((FOLDER / "vocab.txt").read_text().splitlines())
config = BertConfig(vocab_size=size, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                    intermediate_size=24, max_position_embeddings=40, num_labels=1)
model = BertForSequenceClassification(config).eval()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.3)
model.save_pretrained(FOLDER)
BertTokenizer(vocab=str(FOLDER / "vocab.txt"), vocab_file=str(FOLDER / "vocab.txt"),
              model_max_length=30).save_pretrained(FOLDER)
for extra in ("tokenizer.json", "special_tokens_map.json"):
    (FOLDER / extra).unlink(missing_ok=True)

# Short and long on either side: nothing cut, one cut, both cut.
questions = ["who keeps the harbour?", "q", "a very long question " * 4, ""]
passages = ["harbour 4 is kept by orla", "a passage of many words " * 3, "x", "", "passage 42"]
encoder = CrossEncoder(str(FOLDER), device="cpu", activation_fn=torch.nn.Identity())
golden = [{"question": q, "passages": passages,
           "logits": [float(x) for x in encoder.predict([(q, p) for p in passages], batch_size=1)]}
          for q in questions]
(FOLDER / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
