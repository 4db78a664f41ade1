"""breaking_proxy.py PORT TARGET: hands requests on, and breaks every fourth POST in one of six ways.

429 with Retry-After, 500, silence, half a body, what is no JSON, a slow drip. Prints a count of each.
"""

import collections
import http.server
import sys
import threading
import time
import urllib.request

port, target = int(sys.argv[1]), sys.argv[2]
counts, lock = collections.Counter(), threading.Lock()
FAULTS = ["429", "500", "silence", "half", "no JSON", "drip"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def ask(self, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{target}{self.path}", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()

    def do_GET(self):
        self.reply(*self.ask())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            counts["asked"] += 1
            number = counts["asked"]
            fault = FAULTS[number // 4 % len(FAULTS)] if number % 4 == 0 else "none"
            counts[fault] += 1
            print(dict(counts), flush=True)
        self.close_connection = fault not in ("none", "429", "500", "no JSON")
        if fault == "429":
            return self.reply(429, b'{"error": {"message": "slow down"}}', [("Retry-After", "0.2")])
        if fault == "500":
            return self.reply(500, b"oops")
        if fault == "no JSON":
            return self.reply(200, b"{not json")
        if fault == "silence":
            return time.sleep(25)
        status, answer = self.ask(body)
        if fault == "none":
            return self.reply(status, answer)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if fault == "half":
            return self.wfile.write(answer[: len(answer) // 2])
        for byte in answer[:40]:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.6)


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
server.handle_error = lambda *arguments: None  # a client that gave up
server.serve_forever()
