"""losses.py A B: the largest relative distance of the losses of two trainings, step by step. Exit code 1
unless both read the same tokens and it is below 1e-4."""

import json
import sys

one, two = (json.load(open(f"{folder}/trainer_state.json"))["log_history"] for folder in sys.argv[1:])
assert [step["tokens"] for step in one] == [step["tokens"] for step in two]
kinds = ("loss", "eval_loss")
apart = max(abs(b[k] / a[k] - 1) for a, b in zip(one, two) for k in kinds if k in a)
print(f"{len(one)} steps, at most {apart:.1e} apart")
sys.exit(apart >= 1e-4)
