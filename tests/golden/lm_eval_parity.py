"""Runs local lm-eval tasks with quadrant and with lm-eval on one folder of weights; compares item by item.

Run: python lm_eval_parity.py BUILD_FOLDER [--models DIR] [--work DIR]
Needs: lm_eval (0.4.13), transformers, gguf, torch. About three minutes of two cores.

SmolLM2 is written as a Hugging Face folder; both sides read it. Zero- and 3-shot; quadrant draws the
order of the three demonstrations, and lm-eval is given the same. Prints a line a task and number of
shots, and each item on which the two differ: with the gap between the best two choices, since within
rounding of a tie either may win. Exit code 1 when a difference is no tie.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import hf_folder
import yaml

TIE = 1e-3  # nats
FACTS = [
    ("France", "Paris"), ("Japan", "Tokyo"), ("Italy", "Rome"), ("Spain", "Madrid"), ("Egypt", "Cairo"),
    ("Norway", "Oslo"), ("Russia", "Moscow"), ("Greece", "Athens"), ("Cuba", "Havana"), ("Peru", "Lima"),
    ("Kenya", "Nairobi"), ("Austria", "Vienna"), ("Poland", "Warsaw"), ("Ireland", "Dublin"),
    ("Portugal", "Lisbon"), ("Sweden", "Stockholm"), ("Finland", "Helsinki"), ("Hungary", "Budapest"),
    ("Turkey", "Ankara"), ("India", "New Delhi"), ("China", "Beijing"), ("Iran", "Tehran"),
    ("Canada", "Ottawa"), ("Germany", "Berlin"), ("Belgium", "Brussels"), ("Denmark", "Copenhagen"),
    ("South Korea", "Seoul"), ("Thailand", "Bangkok"), ("Vietnam", "Hanoi"), ("Mexico", "Mexico City"),
]
ODD = [
    {"q": "  서울은 어느 나라의 수도인가?", "options": ["한국", "일본", "중국", "the Republic of France"], "label": 0, "a": "한국"},
    {"q": "2 + 2 = ?\nThink <b>hard</b> & \"well\".", "options": ["3", "4", "5", "22"], "label": 1, "a": "4"},
    {"q": "Which emoji is a flag? \U0001f1f0\U0001f1f7", "options": ["\U0001f1f0\U0001f1f7", "x ", "\ty"], "label": 0, "a": "flag"},
]
DEMOS = [
    {"q": "What is the capital of Chile?", "options": ["Quito", "Santiago", "Bogota", "Caracas"], "label": 1, "a": "Santiago"},
    {"q": "What is 3 + 4?", "options": ["7", "6", "9", "12"], "label": 0, "a": "7"},
    {"q": "What colour is the sky on a clear day?", "options": ["green", "red", "blue", "black"], "label": 2, "a": "blue"},
]


def documents():
    for i, (land, capital) in enumerate(FACTS):
        others = [FACTS[(i + step) % len(FACTS)][1] for step in (1, 7, 13)]
        place = i % 4
        options = others[:place] + [capital] + others[place:]
        yield {"q": f"What is the capital of {land}?", "options": options, "label": place, "a": capital}
    yield from ODD


COMMON = {
    "dataset_path": "json",
    "dataset_kwargs": {"data_files": {"train": "train.jsonl", "test": "test.jsonl"}},
    "training_split": "train",
    "test_split": "test",
}
CHOICE = {
    **COMMON,
    "output_type": "multiple_choice",
    "doc_to_choice": "options",
    "doc_to_target": "label",
    "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}, {"metric": "acc_mutual_info"}],
}
TASKS = {
    "colon": {**CHOICE, "doc_to_text": "Question: {{q}}\nAnswer:", "description": "Pick one.\n\n"},
    "running": {**CHOICE, "doc_to_text": "{{q}} The answer is"},
    "generate": {
        **COMMON,
        "output_type": "generate_until",
        "doc_to_text": "Question: {{q}}\nAnswer:",
        "doc_to_target": "a",
        "generation_kwargs": {"until": ["\n"], "max_gen_toks": 12, "do_sample": False},
        "filter_list": [{"name": "first", "filter": [
            {"function": "regex", "regex_pattern": "([^.,;]+)", "group_select": 0}, {"function": "take_first"}]}],
        "metric_list": [{"metric": "exact_match", "ignore_case": True}],
    },
    "literal": {
        **COMMON,
        "output_type": "generate_until",
        "doc_to_text": "{{q}} It is",
        "doc_to_target": "{{' ' + a}}",
        "generation_kwargs": {"until": [".", "\n"], "max_gen_toks": 6, "do_sample": False},
        "metric_list": [{"metric": "exact_match"}],
    },
    "next": {
        **COMMON,
        "output_type": "loglikelihood",
        "doc_to_text": "{{q}} It is",
        "doc_to_target": "{{' ' + a}}",
        "target_delimiter": "",
        "metric_list": [{"metric": "perplexity"}, {"metric": "acc"}],
    },
    "rolling": {
        **COMMON,
        "output_type": "loglikelihood_rolling",
        "doc_to_text": "",
        "doc_to_target": "{{q}} It is {{a}}.",
        "metric_list": [{"metric": "word_perplexity"}, {"metric": "byte_perplexity"}, {"metric": "bits_per_byte"}],
    },
}


def jsonl(path, values):
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values))


def write_tasks(work):
    for name, task in TASKS.items():
        folder = work / name
        folder.mkdir(parents=True)
        jsonl(folder / "test.jsonl", documents())
        jsonl(folder / "train.jsonl", DEMOS)
        (folder / "task.yaml").write_text(yaml.safe_dump({"task": name, **task}, sort_keys=False, allow_unicode=True))


def run_quadrant(program, work, model):
    paths = json.dumps([str(work / name) for name in TASKS])
    (work / "parity.toml").write_text(
        f'name = "parity"\nsuites = {paths}\n[model]\npath = "{model}"\nchat_template = "none"\n'
        '[context.none]\nkind = "zero_shot"\n[context.shots]\nkind = "few_shot"\nk = 3\n'
    )
    store = ["--store", str(work / "parity.db")]
    subprocess.run([program, "run", work / "parity.toml", *store], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "export", "latest", "--format", "lm-eval", "-o", work / "out", *store], check=True)
    samples, results = {}, {}
    for folder in (work / "out").iterdir():
        shots = 3 if folder.name.startswith("shots") else 0
        results[shots] = json.loads(next(folder.glob("results_*.json")).read_text())["results"]
        for name in TASKS:
            for file in folder.glob(f"samples_{name}_*.jsonl"):
                samples[name, shots] = [json.loads(line) for line in file.read_text().splitlines()]
    return samples, results


def order_of_demos(prompt):
    return sorted(DEMOS, key=lambda demo: prompt.index(demo["q"]))


def run_lm_eval(lm, work, name, shots, demos):
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    files = {"train": str(work / f"demos_{name}.jsonl"), "test": str(work / name / "test.jsonl")}
    jsonl(pathlib.Path(files["train"]), demos)
    config = {**TASKS[name], "task": name, "num_fewshot": shots, "fewshot_split": "train",
              "dataset_kwargs": {"data_files": files}}
    if shots:
        config["fewshot_config"] = {"sampler": "first_n"}
    results = simple_evaluate(model=lm, tasks=[config], num_fewshot=shots, log_samples=True,
                              task_manager=TaskManager(), bootstrap_iters=0)
    samples = sorted(results["samples"][name], key=lambda s: s["doc_id"])
    return samples, results["results"][name]


def numbers(sample):
    return [float(r[0]) if isinstance(r, (list, tuple)) else float(r) for r in sample["filtered_resps"]]


def gap(values):
    first, second = sorted(values, reverse=True)[:2]
    return first - second


def compare(name, shots, ours, theirs):
    """Returns how many items differ without being ties."""
    assert len(ours) == len(theirs)
    metrics = [m["metric"] for m in TASKS[name]["metric_list"]]
    texts = TASKS[name]["output_type"] == "generate_until"
    worst, different, wrong = 0.0, 0, 0
    for a, b in zip(ours, theirs):
        close = None
        if texts:
            same = a["resps"][0][0] == b["resps"][0][0] and a["filtered_resps"][0] == b["filtered_resps"][0]
        else:
            x, y = numbers(a), numbers(b)[: len(numbers(a))]
            worst = max(worst, *(abs(p - q) for p, q in zip(x, y)))
            same = True
            if len(y) > 1:
                close = min(gap(y), gap([v / len(o) for v, o in zip(y, b["doc"]["options"])]))
        for metric in metrics:
            if metric in b and isinstance(b[metric], (int, float)) and metric not in ("perplexity",):
                same = same and a[metric] == b[metric]
        if not same:
            different += 1
            tie = close is not None and close < TIE
            wrong += not tie
            print(f"  {name}, {shots}-shot, item {a['doc_id']}: "
                  f"{'tie' if tie else 'DIFFERENT'} (gap {close}) {a['resps']} {b['resps']}")
    mean = lambda rows: {m: sum(r[m] for r in rows) / len(rows) for m in metrics if isinstance(rows[0][m], (int, float))}
    print(f"{name}, {shots}-shot: {len(ours)} items, {different} different; largest difference of a "
          f"log-probability {worst:.1e}; quadrant {mean(ours)}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path, default=hf_folder.MODELS)
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp())
    model, tokenizer = hf_folder.write(work / "model", options.models)
    write_tasks(work)
    ours, our_results = run_quadrant(options.build / "harness/cli/quadrant", work, work / "model")

    from lm_eval.models.huggingface import HFLM

    lm = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=8, device="cpu")
    wrong = 0
    for (name, shots), samples in sorted(ours.items()):
        demos = order_of_demos(samples[0]["arguments"]["gen_args_0"]["arg_0"]) if shots else DEMOS
        theirs, their_results = run_lm_eval(lm, work, name, shots, demos)
        wrong += compare(name, shots, samples, theirs)
        for key, value in their_results.items():
            mine = our_results[shots][name].get(key)
            if isinstance(value, float) and "stderr" not in key:
                print(f"    {key}: lm-eval {value:.6f}, quadrant {mine:.6f}")
                wrong += abs(value - mine) > 1e-3 * max(1, abs(value))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
