"""Writes sentencepiece.json: what transformers makes of texts with Gemma 3's vocabulary, and what the
sentencepiece library's own trainer, encoder and decoder make of a small model.

Usage: python make_sentencepiece.py MODELS_FOLDER   (the one with gemma-3-270m/ in it)
Needs: transformers, gguf, sentencepiece.
"""

import base64
import io
import json
import sys
from pathlib import Path

import sentencepiece
from make_tokens import TEXTS, random_text, write
from tokenizers import Tokenizer
from transformers import AutoTokenizer

HERE = Path(__file__).parent
OWN = [
    "a\n\nb\n\n\n\n\tc\t\t d  e   f\u2581g",
    "<h1>Title</h1> <table><tr><td>1</td></tr></table> <b>x</b>",
    "<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n<bos><eos><unused7>",
    "안녕하세요! 훈민정음은 1443년에…  ㅋㅋㅋ 뷁 👩‍👩‍👧‍👦🇰🇷",
    "\U0001fae0\u0378\ue000 \x01\x7f",
]


def gemma(models):
    folder = models / "gemma-3-270m"
    fast = AutoTokenizer.from_pretrained(folder, gguf_file="gemma-3-270m-q4_k_m.gguf").backend_tokenizer
    inputs = json.loads((HERE / "reference_inputs.json").read_text())
    texts = inputs["texts"] + TEXTS + OWN + [random_text(n, n) for n in (50, 51, 2000)]
    # Users' text: no special token is recognised; runs of white space and HTML tags still are.
    config = json.loads(fast.to_str())
    config["added_tokens"] = [t for t in config["added_tokens"] if not t["special"]]
    plain = Tokenizer.from_str(json.dumps(config))
    return {
        "texts": texts,
        "gemma": [fast.encode(t).ids for t in texts],
        "gemma_plain": [plain.encode(t).ids for t in texts],
        "gemma_decoded": [fast.decode(fast.encode(t).ids) for t in texts],
    }


def small(models, kind):
    """A model of the library's own making; its user-defined pieces are a word and a run of spaces."""
    corpus = json.loads((HERE / "reference_inputs.json").read_text())["texts"] + TEXTS
    # ASCII only, so that everything else takes the way of bytes.
    lines = [line for text in corpus for line in text.split("\n") if line.isascii() and line.strip("\0")]
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line.replace("\0", "") for line in lines * 3),
        model_writer=out,
        vocab_size=520,
        model_type=kind,
        character_coverage=1.0,
        byte_fallback=True,
        normalization_rule_name="identity",  # the default one has 240 KB of tables
        user_defined_symbols=["valve", "\u2581\u2581"],
        control_symbols=["<|im_end|>"],
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())
    # A long run of one letter has cuts of equal score, of which each version takes another.
    texts = [t for t in TEXTS + OWN if "aaaa" not in t]
    return {
        "model": base64.b16encode(out.getvalue()).decode(),
        "texts": texts,
        "ids": [processor.encode(t) for t in texts],
        "decoded": [processor.decode(processor.encode(t)) for t in texts],
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    golden = gemma(folder)
    golden["bpe"] = small(folder, "bpe")
    golden["unigram"] = small(folder, "unigram")
    write("sentencepiece.json", golden)
