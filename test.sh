#!/usr/bin/env bash
# All tests from a bare machine: set-up, build, unit tests, the same under sanitizers, and the
# shell tests of tests/cli. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./setup.sh --tests --model gemma-3-270m
bash cmake/build.sh cpu build 2
bash cmake/build.sh asan build-asan 2

passed=0 failed=0
count() {  # passed, failed
  passed=$((passed + $1)) failed=$((failed + $2))
}

# Runs the programs of a build folder and counts their doctest cases; a program that dies without
# a count, or a folder without programs, is one failure.
run_ctest() {  # build folder
  local log=$1/ctest.log counts
  echo "test: programs in $1 (log: $log)"
  ctest --test-dir "$1" --verbose --no-tests=error --timeout 900 >"$log" 2>&1 </dev/null || true
  counts=$(awk -f tests/count_ctest.awk "$log")
  sed '$d' <<<"$counts"
  # shellcheck disable=SC2046
  count $(tail -n 1 <<<"$counts")
}

run_shell_test() {  # file
  local log=build/${1##*/}.log status=0 oks fails
  QUADRANT=$PWD/build/harness/cli/quadrant timeout 900 bash "$1" >"$log" 2>&1 </dev/null || status=$?
  oks=$(grep -c '^ok ' "$log") || true
  fails=$(grep -c '^FAIL ' "$log") || true
  # A test that stops half-way, or says nothing at all, has failed.
  if [ "$fails" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$oks" -eq 0 ]; }; then
    echo "FAIL $1: exit status $status after $oks results" >>"$log"
    fails=1
  fi
  echo "test: $1: $oks passed, $fails failed"
  [ "$fails" -eq 0 ] || tail -n 40 "$log"
  count "$oks" "$fails"
}

run_ctest build
run_ctest build-asan
for file in tests/cli/*.sh; do
  run_shell_test "$file"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
