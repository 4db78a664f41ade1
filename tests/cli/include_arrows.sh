#!/usr/bin/env bash
# The arrows between folders, read from the #include lines. SOURCE_ROOT (for trying the test
# itself) is the tree to read; results are "ok NAME" and "FAIL NAME" with file:line before it.
set -euo pipefail
cd "${SOURCE_ROOT:-$(dirname "${BASH_SOURCE[0]}")/../..}"

# file:line:target of every #include of the project, generated code and build folders aside
includes=$(find harness strategies retrieval datasets reports tests -type f \
  \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' -o -name '*.in' \) -print0 |
  xargs -0 grep -nHE '^[[:space:]]*#[[:space:]]*include' |
  sed -E 's/^([^:]+:[0-9]+:)[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]+)[">].*/\1\2/')

failed=0
result() {  # name, violations
  if [ -z "$2" ]; then
    echo "ok $1"
  else
    printf '%s\nFAIL %s\n' "$2" "$1"
    failed=1
  fi
}

# Files whose path matches `from` and not `except` must not include what matches `target`.
never() {  # name, from, except, target
  result "$1" "$(awk -F: -v from="$2" -v except="$3" -v target="$4" \
    '$1 ~ from && !(except != "" && $1 ~ except) && $3 ~ target {
       printf "%s:%s: must not include %s\n", $1, $2, $3 }' <<<"$includes")"
}

# No path of includes may lead from a file that matches `from` to one that matches `target`.
never_reaches() {  # name, from, target
  result "$1" "$(awk -F: -v from="$2" -v target="$3" '
    { edge[$1] = edge[$1] $2 ":" $3 "\n" }
    # The target reached, or an empty string; each file is walked once per start.
    function walk(file, start,   lines, n, i, part, found) {
      if (visited[start, file]++) return ""
      n = split(edge[file], lines, "\n")
      for (i = 1; i < n; i++) {
        split(lines[i], part, ":")
        found = part[2] ~ target ? part[2] : walk(part[2], start)
        if (found != "") {
          if (file == start) {
            printf "%s:%s: reaches %s through %s\n", start, part[1], found, part[2]
            return ""
          }
          return found
        }
      }
      return ""
    }
    END { for (file in edge) if (file ~ from) walk(file, file) }' <<<"$includes" | sort)"
}

if [ "$(wc -l <<<"$includes")" -lt 20 ]; then
  echo "FAIL include_arrows: found hardly any #include lines in $PWD"
  exit 1
fi

libtorch='^(torch|ATen|c10|caffe2)/'
torch_free='^(harness/(core|stats|metrics|jinja|config|store|run)|retrieval|datasets|reports)/'
torch_free="$torch_free|^strategies/(context|lm/chat|lm/tokenizer|lm/weights|lm/tree)/"

never 'nobody but its tests includes harness/cli' '.' '^(harness|tests/unit)/cli/' '^harness/cli/'
never 'harness/core stands alone' '^harness/core/' '' '^(harness/[^c]|harness/c[^o]|strategies|retrieval|datasets|reports)'
never 'reports knows no strategies' '^reports/' '' '^strategies/'
never 'retrieval knows no language model' '^retrieval/' '' '^strategies/lm/'
never 'lm knows no suites' '^strategies/lm/' '' '^datasets/'
never 'stats and metrics know no database' '^harness/(stats|metrics)/' '' '^(sqlite3\.h$|harness/store/)'
never 'only harness/store speaks SQLite' '.' '^(harness|tests/unit)/store/' '^sqlite3\.h$'
never 'no json.hpp in headers' '\.h$' '^tests/' '^nlohmann/json\.hpp$'
never_reaches 'the torch-free half is free of torch' "$torch_free" "$libtorch"

exit "$failed"
