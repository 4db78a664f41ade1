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

# From a bundle: in another folder, without the suite, as somebody else, in another language and time
# zone.
expect 'a bundle is written' 0 '5 files of suites, 2 of adapters' \
  "$QUADRANT" bundle latest --adapters -o run.qbundle
mkdir -p elsewhere
cp model.gguf elsewhere/
mv suite suite.away
cd elsewhere
expect 'a bundle is reported as it is' 0 'again.html' \
  "$QUADRANT" report latest --store ../run.qbundle -o again.html
expect 'and gives the same page' 0 '' cmp again.html ../report.html
expect 'without model and suite its answers are scored again' 0 'scored again: bit-identical' \
  env HOME="$PWD" XDG_CACHE_HOME="$PWD/none" LC_ALL=ko_KR.UTF-8 \
  "$QUADRANT" reproduce latest --check --store ../run.qbundle
expect 'a bundle is imported' 0 '1 runs with' "$QUADRANT" import ../run.qbundle --store here.db
expect 'reproduce is bit-identical' 0 'bit-identical' \
  env HOME="$PWD" XDG_CACHE_HOME="${models%/quadrant/models}" USER=somebody LC_ALL=ko_KR.UTF-8 \
  TZ=Asia/Seoul "$QUADRANT" reproduce latest --store here.db
expect 'the store is whole, adapters included' 0 'ok    store here.db' "$QUADRANT" doctor --store here.db
expect 'nothing in it is left over' 0 'nothing to remove' "$QUADRANT" gc --store here.db
LC_ALL=C sed -i 's/Veldrin/Veldron/' ../run.qbundle
expect 'a damaged bundle is refused' 1 'not a whole store' "$QUADRANT" import ../run.qbundle --store no.db
cd ..
mv suite.away suite
expect 'stores are merged' 0 '1 runs with' "$QUADRANT" merge both.db quadrant.db
expect 'and again, which changes nothing' 0 '1 were there already' "$QUADRANT" merge both.db quadrant.db
expect 'a second run reuses everything' 0 '0 cells computed, 8 reused' \
  "$QUADRANT" run experiment.toml

cp suite/corpus.jsonl corpus.bak
sed -i '1s/Veldrin/Veldron/' suite/corpus.jsonl
expect 'a changed corpus is named' 1 'corpus.jsonl' "$QUADRANT" reproduce 1
cp corpus.bak suite/corpus.jsonl

# A run that a released version stored; its suite came in a bundle.
for release in "$root"/tests/fixtures/released/*; do
  version=$(basename "$release")
  cp -r "$release" "$version"
  expect "a run of $version is scored again" 0 'bit-identical' \
    "$QUADRANT" reproduce latest --check --store "$version/store.db"
  expect "a run of $version is reproduced" 0 'repeats run 1' \
    "$QUADRANT" reproduce latest --level interval --store "$version/store.db"
done

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
