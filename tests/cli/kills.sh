#!/usr/bin/env bash
# kills.sh [KILLS [SEED]]: SIGKILL at random moments of planning, indexing, training, scoring and
# reporting, until a run is whole; then the same with another run, until so many processes were
# killed. Then a disk that is full again and again. What is stored at the end equals an uninterrupted
# run's, after each kill the store is whole, and nothing is left over. (test.sh: a few; by hand: 200.)
set -euo pipefail
kills=${1:-12} RANDOM=${2:-1}
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"
. "$root/tests/cli/lib/tiny.sh"
mkdir tmp
export TMPDIR=$work/tmp  # where killed processes leave what the system clears away
run=(run smoke "${tiny[@]}" --set tuning.lora.epochs=2 --set tuning.lora.batch_size=8)

records() {  # store
  sqlite3 "$1" "SELECT c.hash, r.item_no, b.hash, r.output, r.stop, r.logprob, s.metric, s.value
    FROM record r JOIN attempt a USING(attempt_id) JOIN cell c USING(cell_id)
    JOIN blob b ON b.blob_id = r.prompt JOIN score s USING(record_id) ORDER BY 1, 2, 7"
  sqlite3 "$1" "SELECT hash, weights_hash, steps FROM training ORDER BY 1"
  sqlite3 "$1" "SELECT step, loss, grad_norm, lr FROM training_step ORDER BY 1"
}
# Kills the command within so many milliseconds, unless it ends before. Its exit status: `status`.
killed_within() {  # milliseconds, command...
  local after=$(((RANDOM * 32768 + RANDOM) % $1 + 1))
  status=0
  timeout --signal=KILL "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))" "${@:2}" \
    >killed.txt 2>&1 || status=$?
  case $status in
    0) ;;
    137) done_kills=$((done_kills + 1)) ;;
    *) unexpected=$((unexpected + 1)); cat killed.txt ;;
  esac
}
has_run() { [ "$(sqlite3 "$1" 'SELECT count(*) FROM run' 2>/dev/null || echo 0)" -gt 0 ]; }
is_whole() {  # store: SQLite finds no fault, and every row refers to what is there
  # A process that is dying may hold its locks a moment longer.
  [ "$(sqlite3 -cmd '.timeout 5000' "$1" 'PRAGMA integrity_check; SELECT count(*) FROM pragma_foreign_key_check')" = $'ok\n0' ]
}
step_of() {  # store: what comes next
  if has_run "$1"; then step=(resume latest); else step=("${run[@]}"); fi
}

"$QUADRANT" "${run[@]}" --store whole.db >/dev/null 2>&1
records whole.db >whole.txt
"$QUADRANT" suite write company_qa_smoke suite >/dev/null

done_kills=0 rounds=0 damaged=0 unexpected=0
while [ "$done_kills" -lt "$kills" ]; do
  rounds=$((rounds + 1))
  store=cut$rounds.db status=1 window=1000
  while [ "$status" -ne 0 ] && [ "$window" -lt 900000 ]; do
    step_of "$store"
    killed_within "$window" "$QUADRANT" "${step[@]}" --store "$store"
    [ ! -s "$store" ] || is_whole "$store" || damaged=$((damaged + 1))
    window=$((window * 5 / 4))  # so that the run comes to its end on a slow machine too
  done
  records "$store" >cut.txt
  expect "round $rounds, $done_kills kills: what is stored equals an uninterrupted run's" 0 '' \
    diff whole.txt cut.txt
  expect "round $rounds: one run, whole to its last byte" 0 "ok    store $store" \
    "$QUADRANT" doctor --store "$store"
  expect "round $rounds: nothing is left over" 0 'nothing to remove' "$QUADRANT" gc --store "$store"
  killed_within 1000 "$QUADRANT" report latest --store "$store" -o page$rounds.html
  [ -e page$rounds.html ] || "$QUADRANT" report latest --store "$store" -o page$rounds.html >/dev/null
  expect "round $rounds: the page is whole" 0 '</html>' tail -c 200 page$rounds.html
  killed_within 1000 "$QUADRANT" index build suite/corpus.jsonl -o index$rounds --retriever bm25
  "$QUADRANT" index build suite/corpus.jsonl -o index$rounds --retriever bm25 >/dev/null
  expect "round $rounds: so is an index" 0 'are those of the index' \
    "$QUADRANT" index verify index$rounds suite/corpus.jsonl
done
expect "no store was damaged by $done_kills kills" 0 '' test "$damaged" -eq 0
# Outside TMPDIR: the folder in which a built-in suite was being written may stay there.
left=$(find . -path ./tmp -prune -o \( -name '*.quadrant.tmp' -o -name '*.new' \) -print)
expect 'no half-written file is left' 0 '' test -z "$left"

# A full disk at random moments: the run ends with a sentence, and with more room it goes on.
mkdir full
if mount -t tmpfs -o size=400k tmpfs full 2>/dev/null; then
  trap 'umount full; rm -rf "$work"' EXIT
  size=400 ends=0 status=1
  while [ "$status" -ne 0 ] && [ "$size" -lt 1000000 ]; do
    [ ! -s full/q.db ] || is_whole full/q.db || damaged=$((damaged + 1))
    step_of full/q.db
    status=0
    "$QUADRANT" "${step[@]}" --store full/q.db >full.txt 2>&1 || status=$?
    [ "$status" -ne 0 ] || break
    ends=$((ends + 1))
    { [ "$status" -ne 70 ] && grep -q 'mend:' full.txt; } || { unexpected=$((unexpected + 1)); cat full.txt; }
    size=$((size + size / 4 + RANDOM * size / 2 / 32768))
    mount -o remount,size=${size}k full
  done
  records full/q.db >full_records.txt
  expect "after $ends ends by a full disk what is stored equals an uninterrupted run's" 0 '' \
    diff whole.txt full_records.txt
  expect 'no store was damaged by a full disk' 0 '' test "$damaged" -eq 0
fi
expect 'no process failed in another way' 0 '' test "$unexpected" -eq 0
exit "$failed"
