"""A mail server that takes everything and remembers it."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

REPLIES = {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            self.wfile.write(REPLIES.get(word, b"250 fine\r\n"))
            if word == "DATA":
                time.sleep(self.server.seconds)
                self.server.mails.append(self._text())
                self.wfile.write(b"250 taken\r\n")
            if word == "QUIT":
                return

    def _text(self) -> str:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.decode())
        return "".join(lines)


@contextmanager
def mail_server(seconds: float = 0) -> Iterator[tuple[dict[str, str], list[str]]]:
    """(the environment that sends mail there, the mails that came); it takes its time for each."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.block_on_close = False
        server.mails, server.seconds = [], seconds
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = str(server.server_address[1])
        try:
            yield {"AL_MAIL_HOST": "127.0.0.1", "AL_MAIL_PORT": port}, server.mails
        finally:
            server.shutdown()
