"""Writes the inputs a fuzzer starts from: python3 seeds.py TARGET FOLDER. No package is needed."""

import hashlib
import json
import random
import sqlite3
import struct
import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "golden"


def golden(name):
    return json.loads((GOLDEN / name).read_text())


def jinja():
    for case in golden("jinja.json")["cases"]:
        yield case["template"].encode()
    for entry in golden("chat_templates.json")["templates"].values():
        yield entry["template"].encode()


def tokenizer_json():
    """The kinds of golden tokenizers, their vocabularies cut to a few tokens."""
    for name, entry in golden("tokenizer_json.json").items():
        if name == "texts":
            continue
        model = entry["config"]["model"]
        if isinstance(model["vocab"], dict):
            model["vocab"] = dict(list(model["vocab"].items())[:40])
            kept = model["vocab"]
            merges = [m.split(" ") if isinstance(m, str) else m for m in model.get("merges", [])]
            model["merges"] = [m for m in merges if m[0] in kept and m[1] in kept and m[0] + m[1] in kept]
        else:
            model["vocab"] = model["vocab"][:40]
        yield json.dumps(entry["config"]).encode()


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf_file(kind, tokens, types, extra):
    values = [
        ("tokenizer.ggml.model", struct.pack("<I", 8) + text(kind)),
        ("tokenizer.ggml.pre", struct.pack("<I", 8) + text("gpt-2")),
        ("tokenizer.ggml.tokens", struct.pack("<IIQ", 9, 8, len(tokens)) + b"".join(map(text, tokens))),
        ("tokenizer.ggml.token_type", struct.pack("<IIQ", 9, 5, len(types)) + struct.pack(f"<{len(types)}i", *types)),
        ("tokenizer.ggml.bos_token_id", struct.pack("<II", 4, 1)),
        ("tokenizer.chat_template", struct.pack("<I", 8) + text("{{ bos_token }}{{ messages[0].content }}")),
        *extra,
    ]
    body = b"".join(text(key) + value for key, value in values)
    tensor = text("w") + struct.pack("<IQQIQ", 2, 2, 2, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + body + tensor
    return head + b"\0" * (-len(head) % 32) + struct.pack("<4f", 1, 2, 3, 4)


def gguf():
    tokens, types = ["a", "<s>", "b", "ab", "\u0120"], [1, 3, 1, 1, 1]
    merges = ("tokenizer.ggml.merges", struct.pack("<IIQ", 9, 8, 1) + text("a b"))
    yield gguf_file("gpt2", tokens, types, [merges])
    tokens, types = ["<unk>", "<s>", "a", "\u2581a", "  "], [2, 3, 1, 1, 4]
    scores = ("tokenizer.ggml.scores", struct.pack("<IIQ5f", 9, 6, 5, 0, 0, -1, -2, -3))
    yield gguf_file("llama", tokens, types, [scores])


def safetensors():
    header = json.dumps({
        "__metadata__": {"format": "pt"},
        "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
        "b": {"dtype": "BF16", "shape": [3], "data_offsets": [16, 22]},
    }).encode()
    yield struct.pack("<Q", len(header)) + header + bytes(22)


def lm_eval_task():
    for task in golden("lm_eval.json").values():
        for name, body in task["files"].items():
            if name.endswith(".yaml"):
                yield body.replace("docs.jsonl", "d.jsonl").replace("options", "o").replace("label", "n").encode()
    yield (
        b"task: t\ndataset_path: json\ndataset_kwargs: {data_files: {test: d.jsonl}}\ntest_split: test\n"
        b"training_split: test\noutput_type: generate_until\ndoc_to_text: '{{q}} {{o|join(\",\")}}'\ndoc_to_target: a\n"
        b"filter_list: [{name: f, filter: [{function: regex, regex_pattern: '(a|b)+'}, {function: take_first}]}]\n"
        b"metric_list:\n  - {metric: exact_match, ignore_case: true, regexes_to_ignore: [',']}\n"
    )


def bundle():
    """A bundle with one run of one cell, and the same without the run."""
    store = Path(__file__).parent.parent.parent / "harness/store"
    sha = lambda text: hashlib.sha256(text.encode()).hexdigest()
    for rows in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "b.db"
            database = sqlite3.connect(path)
            database.execute("PRAGMA page_size=512")  # small enough for the fuzzer
            for name in ("schema.sql", "schema_v2.sql", "schema_v3.sql"):
                database.executescript((store / name).read_text())
            database.execute("CREATE TABLE sqlar(name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB)")
            if rows:
                environment = json.dumps(["c", False, "", "{}", "{}", "{}", "{}"], separators=(",", ":"))
                database.executescript(f"""
                  INSERT INTO blob VALUES(1,'{sha("x")}','config',1,'x');
                  INSERT INTO dataset VALUES(1,'{sha("d")}','n','1','train',0,'','');
                  INSERT INTO experiment VALUES(1,'e','{sha("{}")}','{{}}',1,'t');
                  INSERT INTO strategy VALUES(1,'{sha("{}" + chr(10) + "{}")}','l','{{}}','{{}}');
                  INSERT INTO cell VALUES(1,'{sha("{}")}','{{}}','s','t','1',1,1,NULL,'{{}}',0);
                  INSERT INTO environment VALUES(1,'{sha(environment)}','c',0,NULL,'{{}}','{{}}','{{}}','{{}}');
                  INSERT INTO run VALUES(1,'{sha("r")}',1,1,NULL,'[]','{{}}','done','t','t','t',NULL);
                  INSERT INTO run_input VALUES(1,'suite s/f','/p/f','{sha("f")}');
                  INSERT INTO run_cell VALUES(1,1,0,'none','base',NULL,'planned','[]');""")
                place = hashlib.sha256(f"f\n{sha('f')}\n".encode()).hexdigest()[:16]
                database.execute("INSERT INTO sqlar VALUES(?,33188,0,1,?)", (f"suites/{place}/f", b"f"))
                database.commit()
            database.execute("PRAGMA application_id=0x51444E42")
            database.execute("PRAGMA user_version=3")
            database.execute("VACUUM")
            database.close()
            yield path.read_bytes()


def bundle_rows():
    """Changes of one row and of several."""
    drawn = random.Random(0)
    for size in (3, 4, 6, 12, 40):
        for _ in range(60):
            yield drawn.randbytes(size)


if __name__ == "__main__":
    target, folder = sys.argv[1], Path(sys.argv[2])
    for number, seed in enumerate(globals()[target]()):
        (folder / f"seed-{number}").write_bytes(seed)
