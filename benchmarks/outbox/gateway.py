"""A pretended group robot in its own process: it survives every fault and remembers what it accepted.

python -m benchmarks.outbox.gateway PORT

POST /robot takes a message under its Idempotency-Key. A refusal (503) happens before it is accepted;
a cut line after, so that the sender cannot know. GET /seen tells each key with its count; POST /mood
changes both probabilities.
"""

import json
import random
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALM = {"refuse": 0.01, "cut": 0.005}
STORM = {"refuse": 0.3, "cut": 0.05}

_seen: Counter[str] = Counter()
_mood = dict(CALM)
_lock = threading.Lock()


class Robot(BaseHTTPRequestHandler):
    """Answers as the WeCom robot does."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/mood":
            _mood.update(json.loads(content))
            self._answer(200, {})
        elif random.random() < _mood["refuse"]:
            self._answer(503, {})
        else:
            self._accept()

    def do_GET(self) -> None:
        with _lock:
            self._answer(200, dict(_seen))

    def _accept(self) -> None:
        with _lock:
            _seen[self.headers["Idempotency-Key"]] += 1
        if random.random() < _mood["cut"]:
            self.close_connection = True
            self.connection.close()
            return
        self._answer(200, {"errcode": 0})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: Any) -> None:
        """Ten thousand lines would help nobody."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Robot).serve_forever()
