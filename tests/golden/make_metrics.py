"""Writes metrics.json: scores by other people's programs that harness/metrics must reproduce.

Run: python make_metrics.py   (sacreBLEU 2.6.0, rouge-score 0.1.2, NLTK 3.10.4, scikit-learn
1.9.1, lm-eval 0.4.13 with langdetect and immutabledict, jsonschema 4.26.0, NumPy)
"""

import json
import os
import pathlib
import random
import types
import unicodedata

os.environ["LOCAL_RANK"] = "1"  # lm-eval's IFEval would download NLTK data on rank 0

import jsonschema
import lm_eval
import nltk
import numpy as np
import sacrebleu
import sklearn
from lm_eval.api.metrics import brier_score
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks.ifeval import instructions as ifeval
from lm_eval.tasks.ifeval.utils import (
    InputExample,
    test_instruction_following_loose,
    test_instruction_following_strict,
)
from metrics_inputs import ANSWERS, CONSTRAINTS, PAIRS, SCHEMAS
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF
from sklearn.metrics import f1_score, matthews_corrcoef, roc_auc_score


def rouge():
    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorers = {s: rouge_scorer.RougeScorer(kinds, use_stemmer=s) for s in (False, True)}
    rows = []
    for output, targets in PAIRS:
        row = {"output": output, "targets": targets}
        for stem, scorer in scorers.items():
            for kind in kinds:
                best = max(scorer.score(t, output)[kind].fmeasure for t in targets)
                row[kind + ("_stem" if stem else "")] = best
        rows.append(row)
    return rows


def stems():
    words = """
    caresses ponies ties sties dies flies cats caress gas this feed agreed disabled bled plastered
    motoring sing matting mating meeting milling messing hopping tanned falling hissing fizzed
    failing filing conflated troubled sized controlled happy sky skies enjoy cry by say spy fly
    relational conditional rational valenci hesitanci digitizer conformabli radicalli differentli
    vileli analogousli vietnamization predication operator feudalism decisiveness hopefulness
    callousness formaliti sensitiviti sensibiliti hopefulli archaeologi geologi theologi logi
    triplicate formative formalize electriciti electrical hopeful goodness
    revival allowance inference airliner gyroscopic adjustable defensible irritant replacement
    adjustment dependent adoption homologou communism activate angulariti homologous effective
    bowdlerize probate rate cease controll roll dying lying tying news innings inning outings
    cannings howe proceed exceed succeed died spied tied oed ied ion tion sion ring string
    are eve ice ore use as is yyyy toy toys syzygy queue 123s abc123ing a1ed eed generalizations
    oscillators universities running swimming databases policies employees quickly usually allalli
    totalli finalli ally rally reallies bless less ness ful aliti ization ational tional
    """.split()
    return {word: PorterStemmer().stem(word) for word in sorted(set(words))}


def sentence_scores():
    bleu, chrf = BLEU(effective_order=True), CHRF()
    rows = []
    for output, targets in PAIRS:
        rows.append(
            {
                "output": output,
                "targets": targets,
                "tokens": bleu.tokenizer(output.rstrip()).split(),
                "bleu": bleu.sentence_score(output, targets).score / 100,
                "chrf": chrf.sentence_score(output, targets).score / 100,
            }
        )
    return rows


def corpus_scores():
    rows = []
    for first, last in [(0, 3), (3, 4), (0, 12), (12, len(PAIRS)), (0, len(PAIRS)), (7, 9)]:
        pairs = PAIRS[first:last]
        most = max(len(targets) for _, targets in pairs)
        references = [[t[i] if i < len(t) else None for _, t in pairs] for i in range(most)]
        outputs = [output for output, _ in pairs]
        rows.append(
            {
                "pairs": [first, last],
                "bleu": BLEU().corpus_score(outputs, references).score / 100,
                "chrf": CHRF().corpus_score(outputs, references).score / 100,
            }
        )
    return rows


def confusions():
    rng = random.Random(3)
    rows = []
    for labels, n, skill in [(2, 40, 0.8), (3, 60, 0.5), (6, 200, 0.7), (4, 9, 0.1), (3, 5, 1.0)]:
        right = [rng.randrange(labels) for _ in range(n)]
        named = [r if rng.random() < skill else rng.randrange(labels + 1) for r in right]
        rows.append((labels, right, named))
    rows.append((3, [0, 0, 0, 0], [0, 0, 0, 0]))  # one label only
    rows.append((3, [0, 1, 2, 0], [3, 3, 3, 3]))  # no output names a label
    rows.append((4, [0, 1, 0, 1], [1, 0, 0, 1]))  # two labels never seen
    result = []
    for labels, right, named in rows:
        used = sorted((set(right) | set(named)) - {labels})
        result.append(
            {
                "labels": labels,
                "right": right,
                "named": named,
                "macro_f1": f1_score(right, named, labels=used, average="macro", zero_division=0),
                "mcc": matthews_corrcoef(right, named),
            }
        )
    return result


def instructions():
    # The case checks first guess the language, with a random guesser; ours do not ask.
    ifeval.langdetect.detect = lambda text: "en"
    rows = []
    for constraint in CONSTRAINTS:
        arguments = {k: v for k, v in constraint.items() if k != "id"}
        prompt = InputExample(0, [constraint["id"]], "", [arguments])
        strict, loose = [], []
        for answer in ANSWERS:
            strict += test_instruction_following_strict(prompt, answer).follow_instruction_list
            loose += test_instruction_following_loose(prompt, answer).follow_instruction_list
        rows.append({"constraint": constraint, "strict": strict, "loose": loose})
    return {"answers": ANSWERS, "rows": rows}


def option_scores():
    rng = np.random.default_rng(5)
    words = ["red", "dark blue", "초록", "🎉", "a rather long answer", "x", "seventeen"]
    metrics = ["acc", "acc_norm", "acc_bytes", "acc_mutual_info", "brier_score"]
    rows = []
    for size in [2, 3, 4, 4, 5, 7, 4, 3]:
        choices = [words[i] for i in rng.permutation(len(words))[:size]]
        given = [-float(x) for x in np.round(rng.gamma(3, 2, size), 4)]
        alone = [-float(x) for x in np.round(rng.gamma(3, 2, size), 4)]
        gold = int(rng.integers(size))
        task = types.SimpleNamespace(
            config=types.SimpleNamespace(process_results=None),
            OUTPUT_TYPE="multiple_choice",
            _metric_fn_list=dict.fromkeys(metrics),
            multiple_input=False,
            multiple_target=False,
            doc_to_choice=lambda doc, c=choices: c,
            doc_to_target=lambda doc, g=gold: g,
        )
        results = [(ll, False) for ll in given + alone]
        scores = ConfigurableTask.process_results(task, {}, results)
        scores["brier_score"] = float(brier_score([scores["brier_score"]]))
        rows.append({"choices": choices, "given": given, "alone": alone, "gold": gold} | scores)
    return rows


def calibration():
    rng = np.random.default_rng(7)
    rows = []
    for n in [1, 7, 40, 200]:
        confidence = np.round(rng.random(n), 2 if n > 40 else 6)  # ties in the largest
        right = (rng.random(n) < confidence).astype(float)
        order = np.argsort(confidence, kind="stable")
        bins = np.array_split(order, min(15, n))
        ece = sum(len(b) / n * abs(confidence[b].mean() - right[b].mean()) for b in bins)
        # Risk at each coverage, expected over the order of equal confidences.
        expected = np.array([right[confidence == c].mean() for c in confidence])
        falling = np.argsort(-confidence, kind="stable")
        risk = np.cumsum(1 - expected[falling]) / np.arange(1, n + 1)
        both = 0 < right.sum() < n
        rows.append(
            {
                "confidence": confidence.tolist(),
                "right": right.tolist(),
                "ece": float(ece),
                "auroc": float(roc_auc_score(right, confidence)) if both else None,
                "aurc": float(risk.mean()),
            }
        )
    return rows


def schemas():
    rows = []
    for schema, values in SCHEMAS:
        validator = jsonschema.Draft202012Validator(schema)
        rows.append([schema, [[value, validator.is_valid(value)] for value in values]])
    return rows


def main():
    assert all(unicodedata.is_normalized("NFC", text) for o, t in PAIRS for text in [o, *t])
    golden = {
        "versions": {
            "sacrebleu": sacrebleu.__version__,
            "rouge-score": "0.1.2",
            "nltk": nltk.__version__,
            "scikit-learn": sklearn.__version__,
            "lm-eval": lm_eval.__version__,
        },
        "rouge": rouge(),
        "stems": stems(),
        "sentences": sentence_scores(),
        "corpora": corpus_scores(),
        "confusions": confusions(),
        "instructions": instructions(),
        "options": option_scores(),
        "calibration": calibration(),
        "schemas": schemas(),
    }
    text = json.dumps(golden, ensure_ascii=False, indent=None, separators=(",", ":"))
    pathlib.Path(__file__).with_name("metrics.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
