"""Writes embeddings.json and tiny_bert/: vectors by sentence-transformers.

embeddings.json: all-MiniLM-L6-v2 on 200 texts (Korean, empty and 2,000-token ones among them), each
value times 10,000 and rounded. tiny_bert/: a BERT with random weights and prefixes, and its vectors
under each pooling. Run with a Python that has sentence-transformers 6.2.0 and the MiniLM folder.
"""
import json
import pathlib
import random
import shutil
import sys

import torch
from sentence_transformers import SentenceTransformer, models
from transformers import BertConfig, BertModel, BertTokenizer

HERE = pathlib.Path(__file__).parent
MINILM = pathlib.Path(sys.argv[1])
rng = random.Random(20)
torch.manual_seed(20)

ENGLISH = """harbour ferry keeper opens at dawn the invoice was paid in March by Orla Fenn who signs
every letter with green ink while servers restart after an update of the kernel and nobody reads
logs unless something burns down near pier 4 with 3.14 litres of über-strong coffee""".split()
KOREAN = """서울에서 부산까지 기차로 세 시간이 걸린다 김치는 발효 음식이며 건강에 좋다 회사는 지난
분기에 매출이 늘었다고 발표했다 새로운 정책은 내년부터 시행된다""".split()


def texts():
    result = ["", " ", "\n\t", "a", "서울", "🙂🙂", "e\u0301te\u0301", "orla@fenn.example"]
    for words in (1900, 2000, 2300):
        result.append(" ".join(rng.choices(ENGLISH, k=words)))
    result.append(" ".join(rng.choices(KOREAN, k=700)))
    while len(result) < 200:
        pool = rng.choice([ENGLISH, ENGLISH, KOREAN, ENGLISH + KOREAN])
        result.append(" ".join(rng.choices(pool, k=rng.randint(1, 60))))
    return result


def minilm():
    model = SentenceTransformer(str(MINILM), device="cpu")
    samples = texts()
    vectors = model.encode(samples, batch_size=1, normalize_embeddings=True)
    rows = [{"text": t, "embedding": [round(float(x) * 10000) for x in v]}
            for t, v in zip(samples, vectors)]
    (HERE / "embeddings.json").write_text(json.dumps(rows, ensure_ascii=False,
                                                     separators=(",", ":")) + "\n")


def tiny_bert():
    folder = HERE / "tiny_bert"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    letters = [chr(c) for c in range(97, 123)] + [str(d) for d in range(10)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ":", "query", "passage", "harbour"]
    vocabulary += letters + ["##" + c for c in letters]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    config = BertConfig(vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2,
                        num_attention_heads=2, intermediate_size=24, max_position_embeddings=40)
    bert = BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for parameter in bert.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    bert.save_pretrained(folder)
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), vocab_file=str(folder / "vocab.txt"))
    tokenizer.save_pretrained(folder)
    samples = ["harbour", "a longer text about 42 things", "x" * 200, ""]
    golden = {"texts": samples, "questions": {}, "passages": {}}
    for mode in ("mean", "cls", "max", "mean_sqrt_len_tokens"):
        transformer = models.Transformer(str(folder), max_seq_length=24)
        pooling = models.Pooling(16, pooling_mode=mode)
        model = SentenceTransformer(modules=[transformer, pooling], device="cpu",
                                    prompts={"query": "query: ", "document": "passage: "})
        for name, prompt in (("questions", "query"), ("passages", "document")):
            vectors = model.encode(samples, batch_size=1, prompt_name=prompt,
                                   normalize_embeddings=True)
            golden[name][mode] = [[float(x) for x in v] for v in vectors]
        if mode == "mean":
            saved = HERE / "saved"
            model.save(str(saved))
            for name in ("modules.json", "sentence_bert_config.json",
                         "config_sentence_transformers.json", "1_Pooling/config.json"):
                print(name, (saved / name).read_text() if (saved / name).exists() else "-")
                if (saved / name).exists():
                    (folder / name).parent.mkdir(exist_ok=True)
                    shutil.copy(saved / name, folder / name)
            print(sorted(str(p.relative_to(saved)) for p in saved.rglob("*")))
            shutil.rmtree(saved)
            # Older releases of sentence-transformers wrote the longest input here.
            reading = folder / "sentence_bert_config.json"
            settings = {"max_seq_length": 24, **json.loads(reading.read_text())}
            reading.write_text(json.dumps(settings, indent=4) + "\n")
    for extra in ("tokenizer.json", "special_tokens_map.json"):
        (folder / extra).unlink(missing_ok=True)
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


minilm()
tiny_bert()
