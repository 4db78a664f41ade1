#!/usr/bin/env bash
# All tests from a bare machine: set-up, build, the unit tests (those with a model or a long
# simulation in the release build, all without a model under the sanitizers), and the shell tests
# of tests/cli. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./setup.sh --tests --model gemma-3-270m
bash cmake/build.sh cpu build 2 release_tests
bash cmake/build.sh asan build-asan 2

passed=0 failed=0
count() {  # passed, failed
  passed=$((passed + $1)) failed=$((failed + $2))
}

# Runs the programs of a build folder and counts their doctest cases; a program that dies without
# a count, or a folder without programs, is one failure.
run_ctest() {  # build folder, more arguments for ctest
  local log=$1/ctest.log counts
  echo "test: programs in $1 (log: $log)"
  ctest --test-dir "$1" -j 2 --verbose --no-tests=error --timeout 900 "${@:2}" >"$log" 2>&1 </dev/null || true
  counts=$(awk -f tests/count_ctest.awk "$log")
  sed '$d' <<<"$counts"
  # shellcheck disable=SC2046
  count $(tail -n 1 <<<"$counts")
}

# The shell tests, two at a time: most of their time is waiting for a model, a browser or a kill.
run_shell_tests() {
  local log=build/shell_tests.log
  echo "test: shell tests (log: $log)"
  QUADRANT=$PWD/build/harness/cli/quadrant xargs -P 2 -n 1 bash tests/run_shell_test.sh \
    < <(printf '%s\n' tests/cli/*.sh) >"$log" 2>&1 || true
  cat "$log"
  # shellcheck disable=SC2046
  count $(awk '/^test: tests\/cli\// { passed += $(NF - 3); failed += $(NF - 1) } END { print passed + 0, failed + 0 }' "$log")
}

run_ctest build -L release
run_ctest build-asan
run_shell_tests

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
