# Sourced after expect.sh: the smoke experiment with models that are loaded in a moment. `tiny` are
# its options.
python3 "$root/tests/cli/lib/tiny_model.py" tiny
tiny=(--set model.path=tiny --set model.chat_template=none
  --set "embedder.path=$root/tests/golden/tiny_bert" --limit 8)
