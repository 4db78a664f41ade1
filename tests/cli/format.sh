#!/usr/bin/env bash
# Every C++ file is as clang-format leaves it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v clang-format >/dev/null; then
  echo 'FAIL format: no clang-format; ./setup.sh --tests installs it'
  exit 1
fi
mapfile -d '' files < <(find harness strategies retrieval datasets reports tests -type f \
  \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' \) -print0)
if clang-format --dry-run -Werror "${files[@]}"; then
  echo "ok format of ${#files[@]} files"
else
  echo 'FAIL format: run clang-format -i on the files named above'
  exit 1
fi
