#!/usr/bin/env bash
# The example of the README works as it stands: its suite is valid and its experiment can be planned.
set -euo pipefail
readme=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

sed -n '/<!-- example: begin/,/<!-- example: end/p' "$readme" | grep -vE '^(<!--|```)' >example.sh
bash example.sh

failed=0
for words in 'validate my_suite' 'plan my_experiment.toml'; do
  # shellcheck disable=SC2086
  if "$QUADRANT" $words; then
    echo "ok README: $words"
  else
    echo "FAIL README: $words"
    failed=1
  fi
done
exit "$failed"
