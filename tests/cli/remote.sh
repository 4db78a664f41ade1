#!/usr/bin/env bash
# A model behind a server (on loopback, in Python) that fails in every way: prompt-only and RAG arms
# run, are killed and resumed, and no answer is lost, doubled or asked for again once it is stored.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"

cat >server.py <<'END_PY'
"""server.py FAULTY PORT_FILE LOG: an OpenAI-compatible server; with FAULTY=1 every third request fails."""
import hashlib, json, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

faulty, port_file, log = sys.argv[1] == "1", sys.argv[2], open(sys.argv[3], "a")
lock, count = threading.Lock(), 0

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def reply(self, status, body, headers=(), cut=False):
        body = body.encode()
        self.send_response(status)
        for name, value in headers: self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut
    def do_POST(self):
        global count
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != "Bearer sk-loopback":
            return self.reply(401, '{"error": {"message": "no key"}}')
        with lock:
            count += 1
            fault = count // 3 % 6 if faulty and count % 3 == 0 else None
        if fault == 0: return self.reply(429, '{"error": {"message": "slow"}}', [("Retry-After", "0.1")])
        if fault == 1: return self.reply(500, "oops")
        if fault == 2: time.sleep(3); self.close_connection = True; return
        if fault == 3: return self.reply(200, "{not json")
        text = json.dumps(asked["messages"], sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        body = json.dumps({
            "choices": [{"message": {"role": "assistant", "content": "answer " + name}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": len(text) // 4, "completion_tokens": 3}})
        if fault == 5:  # a drip slower than anybody waits
            self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
            for c in body[:20]: self.wfile.write(c.encode()); self.wfile.flush(); time.sleep(0.1)
            self.close_connection = True
            return
        time.sleep(0.02)
        with lock: log.write(name + "\n"); log.flush()
        self.reply(200, body, cut=fault == 4)

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.handle_error = lambda *args: None  # a client that gave up
open(port_file, "w").write(str(server.server_port))
server.serve_forever()
END_PY

start() {  # faulty
  rm -f port
  : >asked.txt
  python3 server.py "$1" port asked.txt >/dev/null 2>&1 & server=$!
  trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
  while [ ! -s port ]; do sleep 0.05; done
  sed "s/PORT/$(cat port)/" template.toml >remote.toml
}
# Outputs do not know the port, which is part of what a cell is.
answers() {
  sqlite3 "$1" "SELECT rc.context, r.item_no, p.hash, r.output, r.stop, r.prompt_tokens, r.output_tokens
    FROM record r JOIN attempt a USING(attempt_id) JOIN run_cell rc ON rc.attempt_id = a.attempt_id
    JOIN blob p ON p.blob_id = r.prompt WHERE rc.run_id = 1 ORDER BY 1, 2"
}
cat >template.toml <<'END'
name = "remote"
suites = ["company_qa_smoke"]
batch_size = 4
[model]
path = "http://127.0.0.1:PORT/v1"
served_name = "tiny"
timeout_seconds = 0.5
[context.none]
kind = "zero_shot"
[context.rag]
kind = "rag"
retriever = "bm25"
k = 3
END

start 0
expect 'without the key it is said which variable holds it' 1 QUADRANT_API_KEY "$QUADRANT" run remote.toml
export QUADRANT_API_KEY=sk-loopback
expect 'prompt-only and RAG arms run' 0 '4 cells computed' "$QUADRANT" run remote.toml --store whole.db
answers whole.db >whole.txt
expect 'the server counted the tokens' 0 33 sqlite3 whole.db \
  'SELECT min(output_tokens) || max(output_tokens) FROM record'
expect 'what is not known is not made up' 0 0 sqlite3 whole.db \
  'SELECT count(*) FROM attempt WHERE flops NOT NULL OR energy_j NOT NULL'
expect 'a report is made of it' 0 report.html "$QUADRANT" report latest --store whole.db -o report.html
expect 'that the server decides is said' 0 'may get another answer' \
  "$QUADRANT" run remote.toml --store whole.db
expect 'plan: no FLOPs are told' 0 '? TFLOP' "$QUADRANT" plan remote.toml
expect 'tuning cannot run' 0 'cannot be tuned from here' "$QUADRANT" plan remote.toml \
  --set tuning.lora.method=lora --set 'tuning.lora.purpose=["domain_qa"]'

# The verbs of the store, on what was just stored.
expect 'watch: all is done' 0 '4 of 4 cells done' "$QUADRANT" watch latest --store whole.db
expect 'gc: nothing is left over' 0 'nothing to remove' "$QUADRANT" gc --store whole.db
expect 'a bundle is written' 0 '2 runs' "$QUADRANT" bundle latest --store whole.db -o run.qbundle
expect 'by export too' 0 '1 runs' "$QUADRANT" export 1 --store whole.db --format bundle -o one.qbundle
expect 'a bundle is reported as it is' 0 page.html "$QUADRANT" report 1 --store run.qbundle -o page.html
expect 'and gives the same page as its store' 0 '' cmp page.html report.html
expect 'a bundle is imported' 0 '2 runs with' "$QUADRANT" import run.qbundle --store here.db
cp out.txt said
expect 'with a warning of its server' 0 'asks the server http' cat said
expect 'its run is repeated bit by bit' 0 'bit-identical' \
  env LC_ALL=ko_KR.UTF-8 TZ=Asia/Seoul "$QUADRANT" reproduce 1 --store here.db
expect 'stores are merged' 0 '3 runs with' "$QUADRANT" merge both.db here.db
expect 'and again, which changes nothing' 0 '3 were there already' "$QUADRANT" merge both.db here.db
LC_ALL=C sed -i 's/answer /Answer /' run.qbundle
expect 'a damaged bundle is refused' 1 'not a whole store' "$QUADRANT" import run.qbundle --store no.db
expect 'progress as JSON lines' 0 '"event":"cell_finished"' \
  "$QUADRANT" run remote.toml --store whole.db --log-format json
kill "$server"

start 1
"$QUADRANT" run remote.toml --store faulty.db >run.txt 2>&1 & pid=$!
while kill -0 "$pid" 2>/dev/null &&
  [ "$(sqlite3 faulty.db 'SELECT count(*) FROM record' 2>/dev/null || echo 0)" -lt 12 ]; do
  sleep 0.05
done
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
stored=$(sqlite3 faulty.db 'SELECT count(*) FROM record')
before=$(wc -l <asked.txt)
expect "killed after $stored answers, it goes on" 0 'run 1' "$QUADRANT" resume latest --store faulty.db
after=$(wc -l <asked.txt)
# Answers that were cut on their way were given, and are asked for again.
expect "only what was not stored was asked for again ($before answers given, then $after)" 0 '' \
  test $((after - before)) -le $((($(wc -l <whole.txt) - stored) * 3 / 2 + 2))
answers faulty.db >faulty.txt
expect "$(wc -l <whole.txt) answers equal those of a server without faults" 0 '' \
  diff whole.txt faulty.txt
expect 'the key is in no file' 1 '' grep -rlF sk-loopback whole.db faulty.db run.txt report.html
kill "$server"
expect 'a server that is gone is told' 1 'see that the server runs' \
  timeout 120 "$QUADRANT" run remote.toml --store gone.db
exit "$failed"
