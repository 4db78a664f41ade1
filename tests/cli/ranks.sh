#!/usr/bin/env bash
# `tune` in two processes: the losses of one. Stopped, and either of them killed with -9, the other
# one stops too and says why, and in the end the weights are those of a training without a cut.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"
export OMP_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

for i in $(seq 1 14); do
  echo "{\"text\": \"Pier $i is kept by keeper $((i * i)).\"}"
done >train.jsonl
tail -n 2 train.jsonl >dev.jsonl
tune=("$QUADRANT" tune --model smollm2-135m-instruct --train train.jsonl --dev dev.jsonl --rank 4
  --target-modules q_proj,v_proj --batch-size 4 --epochs 5 --learning-rate 1e-3)

expect 'one process' 0 '20 steps' "${tune[@]}" --output one
expect 'two, started by mpirun' 0 '20 steps' \
  mpirun -n 2 --oversubscribe --bind-to none "${tune[@]}" --output two
cp out.txt said
expect 'of which one speaks' 0 '' test "$(grep -c 'sha256' said)" -eq 1
expect 'their losses are those of one within 1e-4' 0 '20 steps' \
  python3 "$root/tests/cli/lib/losses.py" one two

export WORLD_SIZE=2 MASTER_PORT=$((20000 + $$ % 12000))
start() {
  local r
  for r in 0 1; do
    RANK=$r "${tune[@]}" --output cut >"rank$r.txt" 2>&1 </dev/null &
    pids[r]=$!
  done
}
finish() {
  local r
  status=(0 0)
  for r in 0 1; do wait "${pids[r]}" || status[r]=$?; done
}
# Sends the signal when an epoch has left its model.
signal() {  # name, rank
  rm -rf cut/early_stop
  start
  while kill -0 "${pids[0]}" 2>/dev/null && [ ! -s cut/early_stop/adapter_config.json ]; do
    sleep 0.05
  done
  kill "-$1" "${pids[$2]}" 2>/dev/null || true
  SECONDS=0
}
# The same for -9, with the other rank held until its heartbeat (every 5 s) is due: it then meets
# the end in both of its threads.
kill_rank() {  # rank
  signal 9 "$1"
  kill -STOP "${pids[1 - $1]}"
  sleep 6
  kill -CONT "${pids[1 - $1]}"
  finish
}

signal TERM 1
finish
expect "SIGTERM to one stops both with exit code 3 (${status[*]})" 0 '' test "${status[*]}" = '3 3'
expect 'and leaves a checkpoint' 0 '' test -s cut/checkpoint.safetensors
for rank in 1 0; do
  other=$((1 - rank))
  kill_rank "$rank"
  expect "kill -9 of rank $rank ends it (${status[rank]})" 0 '' test "${status[rank]}" -eq 137
  expect "rank $other stops within a minute ($SECONDS s)" 0 '' \
    test "${status[other]}" -eq 1 -a "$SECONDS" -lt 60
  expect 'and says why' 0 'another rank of this training has ended' cat "rank$other.txt"
  expect 'without a stack trace' 1 '' grep 'frame #' "rank$other.txt"
done
start
finish
expect "both go on to the end (${status[*]})" 0 '' test "${status[*]}" = '0 0'
expect 'with the weights of a training that was never cut' 0 '' \
  cmp cut/adapter_model.safetensors two/adapter_model.safetensors
expect 'and no checkpoint is left' 1 '' test -e cut/checkpoint.safetensors
exit "$failed"
