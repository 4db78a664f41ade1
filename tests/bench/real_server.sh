#!/usr/bin/env bash
# SmolLM2 behind a real OpenAI-compatible server, llama-cpp-python's: prompt-only and RAG arms run
# against it, and once more through a proxy that breaks every fourth answer: nothing lost or doubled.
# Usage: real_server.sh QUADRANT PYTHON, a Python with llama-cpp-python[server]. About seven minutes.
set -euo pipefail
quadrant=$(realpath "${1:?usage: real_server.sh QUADRANT PYTHON}") python=${2:?}
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
model=${XDG_CACHE_HOME:-$HOME/.cache}/quadrant/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

wait_for() {  # port
  for _ in $(seq 300); do
    if curl -sf "http://127.0.0.1:$1/v1/models" >/dev/null; then return; fi
    sleep 0.2
  done
  echo 'FAIL real_server: no server answers'
  exit 1
}
"$python" -m llama_cpp.server --model "$model" --model_alias smollm2 --port 18431 --n_ctx 2048 \
  --n_threads 2 --seed 0 >server.log 2>&1 &
wait_for 18431
python3 "$here/breaking_proxy.py" 18432 18431 >proxy.log 2>&1 &
wait_for 18432

experiment() {  # port
  cat <<END
name = "real_server"
suites = ["company_qa"]
[model]
path = "http://127.0.0.1:$1/v1"
served_name = "smollm2"
context_window = 2048
concurrency = 1
timeout_seconds = 20
[context.none]
kind = "zero_shot"
[context.rag]
kind = "rag"
k = 2
END
}
# Which item got which answer, and how many records each item has.
answers() {  # store
  sqlite3 "$1" "SELECT rc.context, d.split, r.item_no, r.output, r.stop FROM record r
    JOIN attempt a USING(attempt_id) JOIN run_cell rc ON rc.attempt_id = a.attempt_id
    JOIN cell c ON c.cell_id = a.cell_id JOIN dataset d USING(dataset_id)
    WHERE rc.run_id = 1 ORDER BY 1, 2, 3"
}
for port in 18431 18432; do
  experiment $port >"$port.toml"
  "$quadrant" run "$port.toml" --store "$port.db" --limit 40 >"$port.log" 2>&1 || {
    cat "$port.log"
    echo "FAIL real_server: the run by port $port failed"
    exit 1
  }
  answers "$port.db" >"$port.answers"
  echo "port $port: $(wc -l <"$port.answers") answers, $(sqlite3 "$port.db" \
    'SELECT count(*) FROM (SELECT 1 FROM record GROUP BY attempt_id, item_no HAVING count(*) > 1)') doubled"
  sqlite3 "$port.db" "SELECT DISTINCT '  ' || rc.context || ', ' || d.split || ': ' || s.metric || ' ' || round(s.mean, 3)
    FROM summary s JOIN run_cell rc USING(attempt_id) JOIN cell c ON c.cell_id = rc.cell_id
    JOIN dataset d USING(dataset_id) WHERE s.metric = 'contains' ORDER BY 1"
done
tail -n 1 proxy.log
# Which items were answered must be the same; what was answered may differ in a few, for the server
# goes on from its cache of the prompt before, which a broken request changes.
items() { cut -d '|' -f 1-3 "$1.answers"; }
if cmp -s <(items 18431) <(items 18432); then
  echo "ok real_server: the same items by the broken way; $(diff 18431.answers 18432.answers | grep -c "^>") answers differ"
else
  diff <(items 18431) <(items 18432) | head
  echo 'FAIL real_server: answers were lost or doubled by the broken way'
  exit 1
fi
