#!/usr/bin/env bash
# One small run from end to end: its report in a browser, its reuse, its reproduction. Reproduction
# is bit-identical on the same machine; a changed byte of corpus or weights is named and nothing is
# run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"

"$QUADRANT" suite write company_qa_smoke suite >/dev/null
cp "$models"/smollm2-135m-instruct/*.gguf model.gguf
sed -e 's/"company_qa_smoke"/"suite"/' -e 's/"smollm2-135m-instruct"/"model.gguf"/' \
  "$root/harness/experiments/smoke.toml" >experiment.toml
"$QUADRANT" run experiment.toml >/dev/null

expect 'report' 0 'report.html' "$QUADRANT" report latest -o report.html
"$QUADRANT" report latest -o again.html >/dev/null
expect 'the same database gives the same page' 0 '' cmp report.html again.html
expect 'the page has at most 2 MB' 0 '' test "$(stat -c %s report.html)" -le 2000000
expect 'the page refers to nothing outside' 1 '' grep -nE '(src|href)="(https?:)?//' report.html
# The browser writes the page it made of the file, and what went wrong to stderr.
expect 'a browser shows the page' 0 '</html>' timeout 120 chromium --headless=new --no-sandbox \
  --disable-gpu --user-data-dir="$work/browser" --virtual-time-budget=5000 --enable-logging=stderr \
  --dump-dom "file://$work/report.html"
cp out.txt browser.txt
expect "without a console message" 1 "" grep -n CONSOLE browser.txt

expect 'reproduce is bit-identical' 0 'bit-identical' "$QUADRANT" reproduce latest
expect 'a second run reuses everything' 0 '0 cells computed, 8 reused' \
  "$QUADRANT" run experiment.toml

cp suite/corpus.jsonl corpus.bak
sed -i '1s/Veldrin/Veldron/' suite/corpus.jsonl
expect 'a changed corpus is named' 1 'corpus.jsonl' "$QUADRANT" reproduce 1
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
