"""Writes tokenizer_json.json: small tokenizers of every kind that strategies/lm/tokenizer/json reads, trained
by the tokenizers library, and the ids and texts that it makes with them.

Usage: python make_tokenizer_json.py
Needs: tokenizers (and what make_tokens.py imports).
"""

import json
from pathlib import Path

from make_sentencepiece import OWN
from make_tokens import PATTERNS, TEXTS, random_text
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
BYTES = [f"<0x{i:02X}>" for i in range(256)]
MARK = "\u2581"


def corpus():
    inputs = json.loads((HERE / "reference_inputs.json").read_text())["texts"]
    return inputs + TEXTS + ["안녕하세요 한국어 문장입니다. 훈민정음 안녕 한국어"] * 3


def trained(tokenizer, trainer):
    # sentencepiece, which runs Unigram for us, has no place for a piece with a zero byte.
    tokenizer.train_from_iterator((text.replace("\0", "") for text in corpus()), trainer)
    return tokenizer


def byte_level(pattern, size=420, **settings):
    tokenizer = Tokenizer(models.BPE(**settings))
    pieces = [pre_tokenizers.Split(Regex(pattern), "isolated")] if pattern else []
    pieces.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=not pattern))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(pieces) if pattern else pieces[0]
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return trained(tokenizer, trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, special_tokens=SPECIAL))


def gpt2():
    tokenizer = byte_level(None)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def llama3():
    tokenizer = byte_level(PATTERNS["llama-bpe"])
    tokenizer.model.ignore_merges = True
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(single="<|im_start|> $A", special_tokens=[("<|im_start|>", 1)]),
    ])
    return tokenizer


def qwen2():
    tokenizer = byte_level(PATTERNS["qwen2"])
    tokenizer.normalizer = normalizers.NFC()
    # In this order: untrusted() takes the last one away, and ids must stay.
    tokenizer.add_tokens([AddedToken("\t\t", normalized=False), AddedToken("<tool_call>", normalized=False)])
    return tokenizer


def smollm():
    tokenizer = byte_level(None)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return tokenizer


def roberta():
    tokenizer = byte_level(None)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True), AddedToken("<right>", rstrip=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("<|im_end|>", 2), ("<|im_start|>", 1))
    return tokenizer


def with_bytes(tokenizer, **settings):
    """The trained merges in a model that falls back to bytes."""
    model = json.loads(tokenizer.to_str())["model"]
    vocab = {token: i for i, token in enumerate(dict.fromkeys(["<unk>", *BYTES, *model["vocab"]]))}
    tokenizer.model = models.BPE(
        vocab, [tuple(m) for m in model["merges"]], unk_token="<unk>", byte_fallback=True, fuse_unk=True, **settings
    )
    return tokenizer


def characters(normaliser, pre_tokeniser):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normaliser
    tokenizer.pre_tokenizer = pre_tokeniser
    return trained(tokenizer, trainers.BpeTrainer(vocab_size=300, limit_alphabet=90, special_tokens=["<unk>", *SPECIAL]))


def llama2():
    normaliser = normalizers.Sequence([normalizers.Prepend(MARK), normalizers.Replace(" ", MARK)])
    tokenizer = with_bytes(characters(normaliser, pre_tokenizers.Split(MARK, "merged_with_next")))
    tokenizer.pre_tokenizer = None
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def mistral():
    tokenizer = with_bytes(characters(None, pre_tokenizers.Metaspace(MARK, "first", split=True)))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(MARK, "first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def gemma():
    tokenizer = with_bytes(
        characters(normalizers.Replace(" ", MARK), pre_tokenizers.Split(" ", "merged_with_previous"))
    )
    tokenizer.decoder = decoders.Sequence([decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def unknown_bpe():
    tokenizer = characters(normalizers.NFKC(), pre_tokenizers.Whitespace())
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def bert(cased):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased, strip_accents=None)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trained(tokenizer, trainers.WordPieceTrainer(vocab_size=400, limit_alphabet=150, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(MARK, "always")
    tokenizer.decoder = decoders.Metaspace(MARK, "always")
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>")
    trained(tokenizer, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def words():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(), normalizers.NFD()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Punctuation("contiguous"),
        pre_tokenizers.Digits(individual_digits=False),
        pre_tokenizers.Split(Regex(GPT2), "removed", invert=True),
    ])
    return trained(tokenizer, trainers.WordPieceTrainer(vocab_size=300, limit_alphabet=120, special_tokens=["[UNK]"]))


def untrusted(config):
    """Users' text: special tokens, and those written like them, are not recognised."""
    vocab = config["model"]["vocab"]
    config["added_tokens"] = [
        t for t in config["added_tokens"]
        if not t["special"] and (not t["content"].strip() or (t["content"] in vocab and t["content"][0] not in "<["))
    ]
    return Tokenizer.from_str(json.dumps(config))


def entry(tokenizer, texts, merges_as_text):
    config = json.loads(tokenizer.to_str())
    ids = [tokenizer.encode(t).ids for t in texts]
    plain = untrusted(json.loads(tokenizer.to_str()))
    if merges_as_text:
        config["model"]["merges"] = [" ".join(pair) for pair in config["model"]["merges"]]
    return {
        "config": config,
        "ids": ids,
        "plain": [plain.encode(t).ids for t in texts],
        "decoded": [tokenizer.decode(i) for i in ids],
    }


if __name__ == "__main__":
    texts = [t for t in TEXTS + OWN if "aaaa" not in t] + [random_text(n, n) for n in (50, 51, 400)]
    texts += ["a<mask> b <right>  c<tool_call>\t\t\td", "  two  spaces  ", "İstanbul ǅ ﬁ Å ½"]
    made = {
        "gpt2": gpt2(), "llama3": llama3(), "qwen2": qwen2(), "smollm": smollm(), "roberta": roberta(),
        "llama2": llama2(), "mistral": mistral(), "gemma": gemma(), "unknown_bpe": unknown_bpe(),
        "bert": bert(cased=False), "bert_cased": bert(cased=True), "unigram": unigram(), "words": words(),
    }
    value = {"texts": texts}
    for name, tokenizer in made.items():
        value[name] = entry(tokenizer, texts, merges_as_text=name in ("gpt2", "qwen2"))
    lines = ",\n".join(f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'), ensure_ascii=False)}" for k, v in value.items())
    (HERE / "tokenizer_json.json").write_text("{\n" + lines + "\n}\n")
