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
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF
from sklearn.metrics import f1_score, matthews_corrcoef, roc_auc_score

# Output, targets: ordinary text, and the odd input that a program meets.
PAIRS = [
    ("The cat sat on the mat.", ["The cat is sitting on the mat."]),
    ("The quick brown fox jumps over the lazy dog", ["A fast brown fox leaps over a lazy dog."]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("", ["something was expected"]),
    ("   \n", ["something was expected"]),
    ("something came", ["..."]),
    ("?!", ["?!"]),
    ("yes", ["yes"]),
    ("No.", ["yes"]),
    ("A b", ["a b c d e f g h"]),
    ("It costs $3,400.50, or 12-15% less (U.S.).", ["It costs $ 3,400.50, 12 - 15 % less (US)."]),
    ("well-known &quot;facts&quot; &amp; <skipped>figures", ['well-known "facts" & figures']),
    ("first line\nsecond line of text\n\nthird", ["first line\nthird line of the text", "third"]),
    ("hyphen-\nated word..,,5.5.,x", ["hyphenated word . . , , 5.5 . , x"]),
    ("trailing hyphen-\n", ["trailing hyphen-"]),
    ("회의는 화요일에 열립니다.", ["회의는 화요일에 열린다.", "화요일에 회의가 있습니다."]),
    ("서울", ["서울특별시"]),
    ("요약 summary 요약", ["summary"]),
    ("Great job! 🎉🎉 👩‍👩‍👧", ["Great work 🎉 👩‍👩‍👧"]),
    ("🎉", ["🎉"]),
    ("Ein Café in Zürich, 5\u00a0Uhr", ["Ein Cafe in Zuerich um 5 Uhr", "ein café in zürich"]),
    ("wide\u3000space and\ttab", ["wide space and tab"]),
    ("Long ſ and ß, ﬁ", ["long s and ss, fi"]),
    ("12345 67890 abc123", ["12345 abc123 67890"]),
    (
        "the servers were restarted quickly. users noticed nothing.\nall relational databases "
        "were happily running again",
        ["Servers restart quickly; the users notice nothing\nThe relational database runs again."],
    ),
    (
        "police killed the gunman\nthe gunman was killed by police\nmany people were dying",
        ["police kill the gunman\nthe gunman kill police\nskies over dying people"],
    ),
    ("a b c d e f g h i j", ["j i h g f e d c b a"]),
    ("a c a c b d\nb d a c", ["a b a b c d\nc d a b", "a c\nb d\na d"]),
]


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


CONSTRAINTS = [
    {"id": "keywords:existence", "keywords": ["harbour", "Pier"]},
    {"id": "keywords:frequency", "keyword": "pier", "frequency": 2, "relation": "at least"},
    {"id": "keywords:frequency", "keyword": "aa", "frequency": 2, "relation": "less than"},
    {"id": "keywords:forbidden_words", "forbidden_words": ["art", "harbour master"]},
    {"id": "keywords:letter_frequency", "letter": "e", "let_frequency": 4,
     "let_relation": "at least"},
    {"id": "length_constraints:number_words", "num_words": 8, "relation": "at least"},
    {"id": "length_constraints:number_words", "num_words": 5, "relation": "less than"},
    {"id": "length_constraints:number_paragraphs", "num_paragraphs": 2},
    {"id": "length_constraints:nth_paragraph_first_word", "num_paragraphs": 2,
     "nth_paragraph": 2, "first_word": "then"},
    {"id": "detectable_content:number_placeholders", "num_placeholders": 2},
    {"id": "detectable_content:postscript", "postscript_marker": "P.S."},
    {"id": "detectable_content:postscript", "postscript_marker": "P.P.S"},
    {"id": "detectable_format:number_bullet_lists", "num_bullets": 2},
    {"id": "detectable_format:constrained_response"},
    {"id": "detectable_format:number_highlighted_sections", "num_highlights": 2},
    {"id": "detectable_format:multiple_sections", "section_spliter": "Section",
     "num_sections": 2},
    {"id": "detectable_format:json_format"},
    {"id": "detectable_format:title"},
    {"id": "combination:two_responses"},
    {"id": "combination:repeat_prompt", "prompt_to_repeat": "Name the Pier."},
    {"id": "startend:end_checker", "end_phrase": "Any questions?"},
    {"id": "startend:quotation"},
    {"id": "change_case:english_capital"},
    {"id": "change_case:english_lowercase"},
    {"id": "punctuation:no_comma"},
]

ANSWERS = [
    "",
    " \n ",
    "The harbour has a pier, and the Pier has a harbour master. See the pier there.",
    "Sure, here it is:\nthe harbour of art\nAny questions?",
    "first part here\n***\nsecond part here",
    "***\nonly one\n***",
    "one\n*** ***\ntwo",
    "one\n\nThen, two",
    'one\n\n\'then" x\n\n',
    "Dear [name], meet at [place] [broken\n] thanks\nP.S. bring tea",
    "text\np. s. no\np.p. s yes",
    "P.P.S. last",
    "* one\n* two\n",
    "- one\n - two\n** not one",
    "*\n* one\n\n\n   * two",
    "*",
    "My answer is yes. And more.",
    "*a* and **b** and ** ** and * * and *c\nd*",
    "**bold** *it* ***x***",
    "Section 1 text Section 2 text",
    "Section one Section2 SectionX Section  3",
    '{"a": [1, 2, {"b": null}]}',
    '```json\n{"a": 1}\n```',
    "```\n[1, 2\n```",
    "{'a': 1}",
    "<<A title>>\ntext",
    "<<>> and << >> and <<>>>",
    "x << y >> <<z",
    "one way******another way",
    "same******same",
    "******a******b******",
    "a******\n******b",
    "name the pier. It is pier 4.",
    "  Name the Pier.\nIt is",
    'It is so. "Any Questions?"',
    '"quoted all over"',
    '"',
    '"""',
    "ALL THE PIERS IN THE HARBOUR ARE OPEN TODAY",
    "all the piers in the harbour are open today",
    "Aaaaa aaa aa",
    "한국어 답변입니다 하나 둘 셋 넷 다섯 여섯",
    "emoji 🎉 only 🎉 words_and_underscores 12 3.5",
    "Ünïcode straße ÀÉÎ harbour\u00a0pier",
    "*Sure!*\nMY ANSWER\nbye",
    "intro\n\"the quoted line\"\nend",
]


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


SCHEMAS = [
    ({"type": "object", "properties": {"id": {"type": "integer", "minimum": 1},
      "team": {"enum": ["ops", "web"]}, "due": {"type": "string", "pattern": "^\\d{4}-\\d\\d$"}},
      "required": ["id", "team"], "additionalProperties": False},
     [{"id": 3, "team": "ops"}, {"id": 0, "team": "ops"}, {"id": 3.0, "team": "web"},
      {"id": 3.5, "team": "web"}, {"id": 3}, {"id": 3, "team": "ops", "x": 1},
      {"id": 3, "team": "ops", "due": "2024-05"}, {"id": 3, "team": "ops", "due": "24-05"},
      [], "text", None, {"id": True, "team": "ops"}]),
    ({"type": "array", "items": {"type": ["string", "null"], "maxLength": 2}, "minItems": 1,
      "maxItems": 3, "uniqueItems": True},
     [[], ["a"], ["가나"], ["가나다"], ["🎉🎉"], ["a", "a"], ["a", None], [1], ["a", "b", "c", "d"]]),
    ({"anyOf": [{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                {"const": "none"}], "not": {"const": 0.5}},
     [0, 0.25, 0.5, 1, "none", "nine", None]),
    ({"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}], "allOf": [{"type": "number"}, True],
      "maximum": 40}, [3, 5, 15, 7, 45, 4.5, "3"]),
    ({"type": "object", "minProperties": 1, "maxProperties": 2,
      "additionalProperties": {"type": "boolean"}},
     [{}, {"a": True}, {"a": 1}, {"a": True, "b": False}, {"a": True, "b": False, "c": True}]),
    ({"enum": [1, "1", [1], {"a": None}]}, [1, 1.0, "1", [1], {"a": None}, {}, True]),
    (True, [1]),
    (False, [1]),
    ({}, [1, None]),
]


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
