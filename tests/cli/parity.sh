#!/usr/bin/env bash
# The low-level tools, from outside: equal to the golden files that the Python peers made.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python3 "$root/tests/cli/parity.py" "$QUADRANT" "$root/tests/golden" "$work"
