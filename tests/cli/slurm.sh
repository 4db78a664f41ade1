#!/usr/bin/env bash
# The smoke experiment on a real Slurm of one node on loopback, as an array of jobs. The job that
# trains is killed, then, submitted again, stopped by scancel, then resumed; what is merged at the
# end equals a local run, and nothing was done twice.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"
. "$root/tests/cli/lib/tiny.sh"
quick=("${tiny[@]}" --set tuning.lora.epochs=8 --set tuning.lora.batch_size=4)

stop_slurm() {
  scancel --full --signal=KILL --user="$(id -un)" 2>/dev/null || true
  # shellcheck disable=SC2046
  kill $(jobs -p) 2>/dev/null || true
  wait
}
trap 'stop_slurm >/dev/null 2>&1; rm -rf "$work"' EXIT

start_slurm() {
  local host user ports
  host=$(hostname -s) user=$(id -un)
  ports=$(python3 -c 'import socket
s = [socket.socket() for _ in range(2)]
for x in s: x.bind(("127.0.0.1", 0))
print(*(x.getsockname()[1] for x in s))')
  mkdir -p slurm/{state,spool,log}
  head -c 1024 /dev/urandom >slurm/munge.key
  chmod 400 slurm/munge.key
  cat >slurm/slurm.conf <<END_CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$work/slurm/munge.sock
StateSaveLocation=$work/slurm/state
SlurmdSpoolDir=$work/slurm/spool
SlurmctldPidFile=$work/slurm/ctld.pid
SlurmdPidFile=$work/slurm/d.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldPort=${ports% *}
SlurmdPort=${ports#* }
MpiDefault=none
KillWait=20
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END_CONF
  export SLURM_CONF=$work/slurm/slurm.conf
  munged --foreground --force --key-file="$work/slurm/munge.key" \
    --socket="$work/slurm/munge.sock" --pid-file="$work/slurm/munge.pid" \
    --log-file="$work/slurm/log/munge.log" --seed-file="$work/slurm/munge.seed" \
    >/dev/null 2>&1 &
  until [ -S slurm/munge.sock ]; do sleep 0.1; done
  slurmctld -D >slurm/log/ctld.log 2>&1 &
  slurmd -D >slurm/log/d.log 2>&1 &
  until [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]; do sleep 0.2; done
}
drained() {  # waits until the queue is empty; what a killed job left on its disk goes
  for ((i = 0; i < 1000; ++i)); do
    [ -n "$(squeue -h)" ] || break
    sleep 0.3
  done
  rm -rf tmp/quadrant.*
}
# The jobs' stores lie here while they work.
mkdir tmp
export TMPDIR=$work/tmp
in_training() {  # waits until some job has made two steps
  local store
  for ((i = 0; i < 2000; ++i)); do
    sleep 0.1
    for store in tmp/quadrant.*/store/store.db; do
      [ "$(sqlite3 -cmd '.timeout 5000' "$store" 'SELECT count(*) FROM training_step' 2>/dev/null ||
        echo 0)" -lt 2 ] || return 0
    done
  done
}
records() {  # store
  sqlite3 "$1" "SELECT c.hash, r.item_no, b.hash, r.output, r.stop, r.logprob, s.metric, s.value
    FROM run_cell rc JOIN attempt a USING(attempt_id) JOIN record r USING(attempt_id)
    JOIN cell c ON c.cell_id = a.cell_id JOIN blob b ON b.blob_id = r.prompt
    JOIN score s USING(record_id) WHERE rc.run_id = (SELECT max(run_id) FROM run) ORDER BY 1, 2, 7"
  sqlite3 "$1" "SELECT hash, weights_hash, steps FROM training WHERE state = 'done' ORDER BY 1"
}

mkdir none
expect 'without Slurm it is said what is missing' 1 'there is no `sinfo` on this machine' \
  env PATH="$work/none" "$QUADRANT" run smoke --slurm --store q.db
start_slurm
submit() {  # what it is, more options
  expect "$1" 0 'merges all into' "$QUADRANT" run smoke "${quick[@]}" --slurm --store q.db "${@:2}"
  cp out.txt submitted.txt
  trainer=$(sed -n 's/^\([0-9_]*\) .*none + lora.*/\1/p' out.txt)
}

submit 'an array is submitted'
expect 'what needs the training waits for it' 0 '' \
  grep "rag + lora, seed 0  after $trainer\$" submitted.txt
"$QUADRANT" run smoke "${quick[@]}" --store local.db >local.txt 2>&1 & local=$!
expect 'what is in the queue is not submitted again' 1 'Slurm is still at an earlier submission' \
  "$QUADRANT" run smoke "${quick[@]}" --slurm --store q.db
in_training
# shellcheck disable=SC2046
expect 'the job that trains is killed, with its script' 0 '' kill -9 \
  $(scontrol listpids "$(squeue -h -o %A -j "$trainer")" | awk 'NR > 1 && $1 > 0 { print $1 }')
drained
expect 'what did not need it is done' 0 '' test "$(find q.slurm -name store.db | wc -l)" -eq 2

submit 'submitted again'
expect 'only what is missing' 1 '' grep '+ base' submitted.txt
in_training
expect 'stopped by scancel' 0 '' scancel "$trainer"
drained
expect 'it has left its checkpoint' 0 checkpoint.safetensors find q.slurm -path '*.part/*'
cp q.slurm/jobs-1.sh away.sh
mv q.slurm away.slurm
expect 'a node that does not see the folder says so' 1 'does not see' \
  env SLURM_ARRAY_TASK_ID=0 bash away.sh
mv away.slurm q.slurm

submit 'submitted a third time, with options for sbatch' --sbatch=--comment=smoke
drained
wait "$local"
records local.db >local.txt
records q.db >merged.txt
expect "$(wc -l <local.txt) stored lines equal those of a local run" 0 '' diff local.txt merged.txt
expect 'no cell was answered twice' 0 8 sqlite3 q.db 'SELECT count(*) FROM attempt'
expect 'the stopped training was gone on with' 0 1 sqlite3 q.db 'SELECT count(*) FROM training'
expect 'the merged store is whole' 0 'ok    store q.db' "$QUADRANT" doctor --store q.db
expect 'and has nothing that no run needs' 0 'nothing to remove' "$QUADRANT" gc --store q.db
expect 'no shard is left' 0 '' test "$(find q.slurm -name store.db | wc -l)" -eq 0

for i in $(seq 1 8); do
  echo "{\"text\": \"Pier $i is kept by keeper $((i * i)).\"}"
done >train.jsonl
learn=("$QUADRANT" tune --model smollm2-135m-instruct --train train.jsonl --rank 4
  --target-modules q_proj,v_proj --batch-size 4 --epochs 2)
export OMP_NUM_THREADS=1
expect 'one process trains' 0 '4 steps' "${learn[@]}" --output one
expect 'and two that srun started' 0 '4 steps' srun -n 2 "${learn[@]}" --output two
expect 'with the losses of one' 0 '4 steps' python3 "$root/tests/cli/lib/losses.py" one two
unset OMP_NUM_THREADS

mkdir far
printf '#!/bin/sh\necho node7\n' >far/sinfo
chmod +x far/sinfo
expect 'nothing is missing: the run is made here' 0 '0 cells computed, 8 reused' \
  env PATH="$work/far:$PATH" "$QUADRANT" run smoke "${quick[@]}" --slurm --store q.db
cp out.txt far.txt
expect 'a disk that other nodes may not see is told' 0 '' \
  grep 'on a disk of this machine alone.*node7' far.txt
[ "$failed" -eq 0 ] || tail -n 30 q.slurm/logs/*.log slurm/log/*.log
exit "$failed"
