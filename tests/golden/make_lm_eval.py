"""Writes lm_eval.json: small task folders, and the questions, choices and targets that lm-eval makes of them.

Usage: python make_lm_eval.py
Needs: lm_eval (0.4.13), datasets.
"""

import json
import os
import tempfile
from pathlib import Path

import yaml
from lm_eval.api.task import ConfigurableTask

HERE = Path(__file__).parent
DOCS = [
    {"q": "What is the capital of France?", "options": ["Rome", "Paris", "Oslo"], "label": 1, "answer": "Paris", "level": "easy"},
    {"q": "  서울은 어느 나라의 수도인가?", "options": ["한국", "일본"], "label": 0, "answer": "한국", "level": "easy"},
    {"q": "2 + 2 = {{x}}?\nThink <b>hard</b> & \"well\".", "options": ["3", "4", "5"], "label": 1, "answer": "4", "level": "odd"},
]
JSONL = "".join(json.dumps(doc, ensure_ascii=False) + "\n" for doc in DOCS)
CSV = 'q,a,n\n"One, ""two""\nlines",yes,1\nplain,no,22\n'
TASKS = {
    "choice": {
        "task.yaml": "include: base.yaml\ntask: local_choice\ndoc_to_text: \"Question: {{q}}\\nAnswer:\"\ndoc_to_choice: options\n"
        "doc_to_target: label\nmetadata:\n  version: 2.0\n",
        "base.yaml": "task: base\ndataset_path: json\ndataset_kwargs:\n  data_files:\n    test: docs.jsonl\ntest_split: test\n"
        "output_type: multiple_choice\ndescription: \"Pick one.\\n\\n\"\nmetric_list:\n  - metric: acc\n    aggregation: mean\n"
        "    higher_is_better: true\n",
        "docs.jsonl": JSONL,
    },
    "letters": {
        "task.yaml": "task: letters\ndataset_path: json\ndataset_kwargs: {data_files: {test: docs.jsonl}}\ntest_split: test\n"
        "output_type: multiple_choice\ndoc_to_text: \"{{q.strip()}}\\n{% for o in options %}{{'ABC'[loop.index0]}}. {{o}}\\n{% endfor %}"
        "Answer:\"\ndoc_to_choice: \"{{['A','B','C'][:options|length]}}\"\ndoc_to_target: \"{{'ABC'[label]}}\"\n",
        "docs.jsonl": JSONL,
    },
    "yes_no": {
        "task.yaml": "task: yes_no\ndataset_path: json\ndataset_kwargs: {data_files: {test: docs.jsonl}}\ntest_split: test\n"
        "output_type: multiple_choice\ndoc_to_text: \"Is '{{answer}}' right? {{q}}\\nAnswer:\"\ndoc_to_choice: ['no', 'yes']\n"
        "doc_to_target: 1\n",
        "docs.jsonl": JSONL,
    },
    "generate": {
        "task.yaml": "task: generate\ndataset_path: json\ndataset_kwargs: {data_files: {test: docs.jsonl}}\ntest_split: test\n"
        "output_type: generate_until\ndoc_to_text: 'Q: {{q | trim}} ({{level | upper}}) A:'\ndoc_to_target: answer\n"
        "generation_kwargs:\n  until: [\"\\n\", \"Q:\"]\n  max_gen_toks: 12\n  do_sample: false\n"
        "metric_list:\n  - metric: exact_match\n    aggregation: mean\n    higher_is_better: true\n",
        "docs.jsonl": JSONL,
    },
    "csv": {
        "task.yaml": "task: from_csv\ndataset_path: csv\ndataset_kwargs: {data_files: {test: docs.csv}}\ntest_split: test\n"
        "output_type: generate_until\ndoc_to_text: 'Q: {{q}} {{n + 1}} A:'\ndoc_to_target: '{{a}}'\n",
        "docs.csv": CSV,
    },
}


def load(name):
    config = yaml.safe_load(Path(name).read_text())
    base = config.pop("include", None)
    return {**(load(base) if base else {}), **config}


def expected(files):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, text in files.items():
            Path(name).write_text(text)
        task = ConfigurableTask(config=load("task.yaml"))
        items = []
        for doc in task.test_docs():
            choice = task.OUTPUT_TYPE == "multiple_choice"
            target = task.doc_to_target(doc)
            choices = task.doc_to_choice(doc) if choice else None
            if choice and isinstance(target, str):
                target = choices.index(target)
            items.append({"question": task.doc_to_text(doc), "choices": choices, "target": target})
        os.chdir("/")
    return items


if __name__ == "__main__":
    value = {name: {"files": files, "items": expected(files)} for name, files in TASKS.items()}
    (HERE / "lm_eval.json").write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
