#!/usr/bin/env bash
# export, gate and compare on real runs: files that other readers take, numbers that agree, exit
# codes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"

"$QUADRANT" run smoke >/dev/null
"$QUADRANT" run smoke --only tuning=base --limit 10 >/dev/null

for format in jsonl csv json md junit; do
  expect "export $format" 0 "run 1 as $format" "$QUADRANT" export 1 --format "$format" -o "out.$format"
  "$QUADRANT" export 1 --format "$format" >again
  expect "$format is the same on standard output" 0 '' cmp "out.$format" again
done
for format in lm-eval ragas ragchecker deepeval; do
  expect "export $format" 0 "run 1 as $format" "$QUADRANT" export 1 --format "$format" -o "$format"
done
expect 'a folder needs its name' 1 'name the folder with -o' "$QUADRANT" export 1 --format lm-eval
expect 'a misspelt format' 1 'did you mean jsonl?' "$QUADRANT" export 1 --format jsonll
expect 'the formats are in the help' 0 'lm-evaluation-harness' "$QUADRANT" export --help
expect 'every reader finds the same records and scores' 0 'agree' python3 \
  "$root/tests/cli/exports.py" quadrant.db

expect 'a gate that holds' 0 '2 of 2 requirements hold' "$QUADRANT" gate 1 \
  --require 'errors == 0 and missing == 0' \
  --require 'score(company_qa_smoke, rag) >= 0 and high(company_qa_smoke, rag - base) <= 1'
expect 'a gate that does not' 100 'FAIL: score(company_qa_smoke, rag+lora) > 1' "$QUADRANT" gate 1 \
  --require 'errors == 0' --require 'score(company_qa_smoke, rag+lora) > 1'
expect 'what was not run does not pass' 100 'FAIL (not known)' "$QUADRANT" gate 2 \
  --require 'verdict(company_qa_smoke) != "INTERFERENCE"'
expect 'a misspelt strategy is no failed gate' 1 'did you mean "rag + lora"?' "$QUADRANT" gate 1 \
  --require 'score(company_qa_smoke, rag+loar) > 0'
expect 'a gate without a requirement' 2 '--require' "$QUADRANT" gate 1

expect 'compare pairs what both runs asked' 0 'paired items' "$QUADRANT" compare 1 2
expect 'and names what it cannot pair' 0 'only in the first run' "$QUADRANT" compare 1 2
expect 'and only the settings that differ' 0 'option limit: (not set) -> 10' \
  "$QUADRANT" compare 1 2
cp out.txt compared
expect 'in 80 columns' 1 '' grep -nE '^.{81}' compared
expect 'a run is the same as itself' 0 'Everything has its partner.' "$QUADRANT" compare 1 1
expect 'compare as JSON' 0 '"unpaired"' "$QUADRANT" compare 1 2 --json
cp out.txt compared
expect 'which can be read' 0 '' python3 -m json.tool compared
expect 'a run that is not there' 1 'no run 9' "$QUADRANT" compare 1 9
exit "$failed"
