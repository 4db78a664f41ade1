#!/usr/bin/env bash
# kill -9 in a cell, SIGTERM and kill -9 in a training; after `resume` every record equals that of
# a run that was never cut, none is lost or doubled, and the store is whole.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
quick=(--set tuning.lora.batch_size=8 --set tuning.lora.epochs=2)

records() {  # store
  sqlite3 "$1" "SELECT c.hash, r.item_no, b.hash, r.output, r.stop, r.logprob
    FROM record r JOIN attempt a USING(attempt_id) JOIN cell c USING(cell_id)
    JOIN blob b ON b.blob_id = r.prompt ORDER BY 1, 2"
  sqlite3 "$1" "SELECT hash, weights_hash, steps FROM training ORDER BY 1"
  sqlite3 "$1" "SELECT step, loss, grad_norm, lr FROM training_step ORDER BY 1"
}
count() { sqlite3 -cmd '.timeout 5000' cut.db "$1" 2>/dev/null || echo 0; }
# Waits until the query gives at least the wanted number, then sends the signal to the run.
signal_when() {  # signal, wanted, query
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$(count "$3")" -ge "$2" ]; then
      kill "-$1" "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.05
  done
  wait "$pid" || status=$?
}
verdict() {  # name, condition's exit status
  if [ "$2" -eq 0 ]; then echo "ok $1"; else echo "FAIL $1"; failed=1; fi
}

failed=0
"$QUADRANT" run smoke "${quick[@]}" --store whole.db >/dev/null

"$QUADRANT" run smoke "${quick[@]}" --store cut.db >/dev/null 2>&1 & pid=$! status=0
signal_when 9 1 'SELECT count(*) FROM record'
verdict "kill -9 in a cell ended the run (status $status)" $((status != 137))

"$QUADRANT" resume latest --store cut.db >/dev/null 2>&1 & pid=$! status=0
signal_when TERM 3 'SELECT count(*) FROM training_step'
verdict "SIGTERM in a training gives exit code 3 (got $status)" $((status != 3))
test -s cut.artifacts/training-1/checkpoint.safetensors && found=0 || found=1
verdict 'SIGTERM leaves a checkpoint' "$found"

steps=$(count 'SELECT count(*) FROM training_step')
"$QUADRANT" resume latest --store cut.db >/dev/null 2>&1 & pid=$! status=0
signal_when 9 $((steps + 2)) 'SELECT count(*) FROM training_step'
verdict "kill -9 in a training ended the run (status $status)" $((status != 137))

status=0
"$QUADRANT" resume latest --store cut.db >/dev/null || status=$?
verdict "the last resume finishes the run (status $status)" "$status"
records whole.db >whole.txt
records cut.db >cut.txt
same=0
diff whole.txt cut.txt >diff.txt || same=1
[ "$same" -eq 0 ] || head -n 20 diff.txt
verdict "$(wc -l <whole.txt) stored lines equal those of an uninterrupted run" "$same"
[ "$(sqlite3 cut.db 'PRAGMA integrity_check')" = ok ] && whole=0 || whole=1
verdict 'integrity_check' "$whole"
exit "$failed"
