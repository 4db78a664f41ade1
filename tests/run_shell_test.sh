#!/usr/bin/env bash
# run_shell_test.sh FILE: runs one file of tests/cli and ends with "test: FILE: N passed, N failed".
# What the file said goes to a log in build/, and its end is shown when something failed.
set -euo pipefail
log=build/${1##*/}.log status=0
timeout 900 bash "$1" >"$log" 2>&1 </dev/null || status=$?
oks=$(grep -c '^ok ' "$log") || true
fails=$(grep -c '^FAIL ' "$log") || true
# A test that stops half-way, or says nothing at all, has failed.
if [ "$fails" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$oks" -eq 0 ]; }; then
  echo "FAIL $1: exit status $status after $oks results" >>"$log"
  fails=1
fi
[ "$fails" -eq 0 ] || tail -n 40 "$log"
echo "test: $1: $oks passed, $fails failed"
