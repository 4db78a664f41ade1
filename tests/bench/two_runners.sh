#!/usr/bin/env bash
# two_runners.sh [SECONDS]: two processes work on one store for so long, one experiment after the
# other, each asking for what the other asks for; a third one reads meanwhile. No answer may be lost
# or made twice, and nobody may be told that the database is locked. Needs $QUADRANT; the model is a
# small server in Python, so that the store is the busy part.
set -euo pipefail
seconds=${1:-600}
. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib/expect.sh"
python3 - port >/dev/null 2>&1 <<'END_PY' & server=$!
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()
END_PY
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
while [ ! -s port ]; do sleep 0.05; done
cat >two.toml <<END
name = "two"
suites = ["company_qa_smoke"]
batch_size = 2
[model]
path = "http://127.0.0.1:$(cat port)/v1"
served_name = "x"
[context.none]
kind = "zero_shot"
[context.shots]
kind = "few_shot"
k = 2
[context.rag]
kind = "rag"
retriever = "bm25"
END

end=$((SECONDS + seconds))
runner() {  # name
  local i=0
  while [ $SECONDS -lt "$end" ]; do
    i=$((i + 1))
    "$QUADRANT" run two.toml --set "seeds=[$i,$((i + 1))]" --set "model.context_window=$((4000 + i / 4))" \
      --store two.db >>"$1.txt" 2>&1 || echo "FAIL status $?" >>"$1.txt"
  done
}
runner one & first=$!
runner two & second=$!
while [ $SECONDS -lt "$end" ]; do
  sleep 1
  "$QUADRANT" list runs --store two.db >>reader.txt 2>&1 || true  # at first there is no store
done
wait "$first" "$second"
count() { sqlite3 two.db "$1"; }
expect "$(count 'SELECT count(*) FROM run') runs in $seconds s: all are done" 0 0 \
  sqlite3 two.db "SELECT count(*) FROM run WHERE state<>'done'"
expect "each of $(count 'SELECT count(*) FROM cell') cells was answered once" 0 0 sqlite3 two.db \
  'SELECT count(*) FROM (SELECT cell_id FROM attempt GROUP BY cell_id HAVING count(*) > 1)'
expect "no answer is missing of $(count 'SELECT count(*) FROM record')" 0 0 sqlite3 two.db \
  'SELECT count(*) FROM attempt_progress WHERE missing <> 0'
expect 'no run lacks a cell' 0 0 sqlite3 two.db \
  'SELECT count(*) FROM run_cell WHERE attempt_id IS NULL'
expect 'nobody heard of a locked database, or failed' 1 '' \
  grep -nE 'locked|FAIL|bug' one.txt two.txt reader.txt
expect 'integrity_check' 0 ok sqlite3 two.db 'PRAGMA integrity_check'
exit "$failed"
