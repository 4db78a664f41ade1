#!/usr/bin/env bash
# A suite of one's own files: made, valid, split by document; what cannot be used is named.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"

mkdir docs
for i in 1 2 3 4 5 6 7 8; do
  printf '# Pier %s\n\nPier %s is kept by keeper number %s.\n' "$i" "$i" "$i" >"docs/pier$i.md"
done
{
  echo 'question,answer,doc'
  for i in 1 2 3 4 5 6 7 8; do echo "\"Who keeps pier $i, please?\",keeper number $i,pier$i"; done
} >qa.csv

expect 'a suite of own files' 0 '8 documents, 3 training lines, 1 dev and 4 test' \
  "$QUADRANT" suite init mine --from docs --qa qa.csv
expect 'too few questions: the power is said' 0 'power: 4 cluster(s) in test are too few' \
  "$QUADRANT" suite init again --from docs --qa qa.csv --seed 1
expect 'it is valid' 0 'ok' "$QUADRANT" validate mine
expect 'nothing is overwritten' 1 'not empty' "$QUADRANT" suite init mine --from docs --qa qa.csv
sed 's/pier3$/peer3.md/' qa.csv >typo.csv
expect 'an unknown document: line and nearest name' 1 'typo.csv:4' \
  "$QUADRANT" suite init other --from docs --qa typo.csv
expect 'no documents' 1 'no_docs' "$QUADRANT" suite init other --from no_docs --qa qa.csv
expect 'a smaller tier of a built-in suite' 0 '26 test questions' \
  "$QUADRANT" suite write company_qa small --tier smoke
exit "$failed"
