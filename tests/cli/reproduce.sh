#!/usr/bin/env bash
# reproduce: bit-identical on the same machine; a changed byte of corpus or weights is named and
# nothing is run.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
models=${XDG_CACHE_HOME:-$HOME/.cache}/quadrant/models

failed=0
expect() {  # name, wanted exit code, wanted text, command...
  local name=$1 code=$2 text=$3 status=0
  shift 3
  "$@" >out.txt 2>&1 || status=$?
  if [ "$status" -eq "$code" ] && grep -qF "$text" out.txt; then
    echo "ok $name"
  else
    echo "FAIL $name: exit code $status, wanted $code and \"$text\":"
    tail -n 20 out.txt
    failed=1
  fi
}

"$QUADRANT" suite write company_qa_smoke suite >/dev/null
cp "$models"/smollm2-135m-instruct/*.gguf model.gguf
sed -e 's/"company_qa_smoke"/"suite"/' -e 's/"smollm2-135m-instruct"/"model.gguf"/' \
  "$(dirname "$0")/../../harness/experiments/smoke.toml" >experiment.toml
"$QUADRANT" run experiment.toml >/dev/null

expect 'reproduce is bit-identical' 0 'bit-identical' "$QUADRANT" reproduce latest
expect 'a second run reuses everything' 0 '0 cells computed, 4 reused' \
  "$QUADRANT" run experiment.toml

cp suite/corpus.jsonl corpus.bak
sed -i '1s/Veldrin/Veldron/' suite/corpus.jsonl
expect 'a changed corpus is named' 1 'corpus.jsonl' "$QUADRANT" reproduce 1
expect 'resume with a changed corpus is refused' 1 'corpus.jsonl' "$QUADRANT" resume 1
cp corpus.bak suite/corpus.jsonl

# One bit in the middle of the weights.
python3 - model.gguf <<'END'
import sys
with open(sys.argv[1], 'r+b') as file:
    file.seek(50_000_000)
    byte = file.read(1)[0]
    file.seek(50_000_000)
    file.write(bytes([byte ^ 1]))
END
expect 'a changed weight is named' 1 'model' "$QUADRANT" reproduce 1
exit "$failed"
