#!/usr/bin/env bash
# kill -9 in a cell, SIGTERM and kill -9 in a training; after `resume` every record equals that of
# a run that was never cut, none is lost or doubled, and the store is whole.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"
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

"$QUADRANT" run smoke "${quick[@]}" --store whole.db >/dev/null

"$QUADRANT" run smoke "${quick[@]}" --store cut.db >/dev/null 2>&1 & pid=$! status=0
signal_when 9 1 'SELECT count(*) FROM record'
expect "kill -9 in a cell ended the run (status $status)" 0 '' test $status -eq 137

"$QUADRANT" resume latest --store cut.db >/dev/null 2>&1 & pid=$! status=0
signal_when TERM 3 'SELECT count(*) FROM training_step'
expect "SIGTERM in a training gives exit code 3 (got $status)" 0 '' test $status -eq 3
expect 'SIGTERM leaves a checkpoint' 0 '' test -s cut.artifacts/training-1/checkpoint.safetensors

steps=$(count 'SELECT count(*) FROM training_step')
"$QUADRANT" resume latest --store cut.db >/dev/null 2>&1 & pid=$! status=0
signal_when 9 $((steps + 2)) 'SELECT count(*) FROM training_step'
expect "kill -9 in a training ended the run (status $status)" 0 '' test $status -eq 137

expect 'the last resume finishes the run' 0 'run 1' "$QUADRANT" resume latest --store cut.db
records whole.db >whole.txt
records cut.db >cut.txt
expect "$(wc -l <whole.txt) stored lines equal those of an uninterrupted run" 0 '' \
  diff whole.txt cut.txt
expect 'integrity_check' 0 ok sqlite3 cut.db 'PRAGMA integrity_check'
exit "$failed"
