"""Writes choices.json: pairs as lm-eval splits them, and its choice of answers, on SmolLM2's GGUF file.

Run: python make_choices.py MODELS_FOLDER   (the one with smollm2-135m-instruct/ in it)
Needs: lm-eval, transformers, gguf, torch.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from gguf_llama import GgufLlama
from lm_eval.models.huggingface import HFLM
from transformers import PreTrainedTokenizerFast

PAIRS = [
    ["Question: Where?\nAnswer:", " in the archive"],
    ["Question: Where?\nAnswer: ", "in the archive"],
    ["Question: Where? \n\t ", "here"],
    ["ends in a wide space\u3000\u00a0", "next"],
    ["ends in a separator\u001f", "next"],
    ["un", "believable"],
    ["12", "34"],
    ["서울의 날씨", "는 맑고"],
    ["emoji \U0001f1f0", "\U0001f1f7 flag"],
    ["def f(x):\n    ", "return x"],
]
QUESTIONS = [
    ["Question: What is the capital of France?\nAnswer:", ["Paris", "Rome", "Madrid", "the city of Berlin"]],
    ["Question: Which animal barks?\nAnswer:", ["a cat", "a dog that lives next door", "a dog", "a fish"]],
    ["Question: How many days has a week?\nAnswer:", ["5", "7 days, from Monday to Sunday", "seven", "12"]],
    ["질문: 한국의 수도는?\n답:", ["서울", "부산", "인천광역시", "제주"]],
]


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1])
    gguf = GgufLlama(folder / "smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=gguf.tokenizer(), eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    lm = HFLM(pretrained=gguf.model(), tokenizer=tokenizer, batch_size=1, device="cpu")
    pairs = []
    for context, continuation in PAIRS:
        before, after = lm._encode_pair(context, continuation)
        pairs.append(
            {"context": context, "continuation": continuation, "before": before, "after": after}
        )
    questions = []
    for context, choices in QUESTIONS:
        requests = []
        for choice in choices:
            pair = (context, " " + choice)
            requests.append((pair, *lm._encode_pair(*pair)))
        sums = np.array([s for s, _ in lm._loglikelihood_tokens(requests, disable_tqdm=True)])
        lengths = np.array([float(len(choice)) for choice in choices])
        questions.append(
            {
                "context": context,
                "choices": choices,
                "logprobs": [round(float(s), 5) for s in sums],
                "best": int(np.argmax(sums)),
                "best_by_character": int(np.argmax(sums / lengths)),
            }
        )
    made = {"pairs": pairs, "questions": questions}
    path = pathlib.Path(__file__).parent / "choices.json"
    path.write_text(json.dumps(made, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main()
