"""Whom Odoo sends to, on this machine: a messenger and a mail server.

Each counts what arrives and may hold an arrival: it has come, and the sender gets no
answer until he is let go, as on a line that breaks at the worst moment.
"""

import contextlib
import email
import itertools
import json
import socketserver
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

HOST = "127.0.0.1"
PATIENCE = 60  # seconds


class Receiver:
    """What arrived, in its order.

    :ivar got: a messenger's are (last part of the path, JSON), letters are ``Message``
    """

    def __init__(self) -> None:
        self.port = 0
        self.got: list[Any] = []
        self._lock = threading.Lock()
        self._hold_at = 0
        self._is_held = threading.Event()
        self._is_free = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def hold(self, number: int) -> None:
        """Let the arrival with this number, from now on, wait for ``let_go``."""
        with self._lock:
            self._is_held.clear()
            self._is_free.clear()
            self._hold_at = len(self.got) + number

    def wait_until_held(self) -> Any:
        """:return: the arrival whose sender waits now"""
        assert self._is_held.wait(PATIENCE), "nothing came that could be held"
        return self.got[self._hold_at - 1]

    def let_go(self) -> None:
        self._hold_at = 0
        self._is_free.set()

    def take(self, arrival: Any) -> None:
        """Count an arrival; comes back when its sender may be answered."""
        with self._lock:
            self.got.append(arrival)
            is_held = len(self.got) == self._hold_at
        if is_held:
            self._is_held.set()
            self._is_free.wait(PATIENCE)


class _Answering(BaseHTTPRequestHandler):
    """Answers as Telegram does; a gateway says the same of its message."""

    receiver: ClassVar[Receiver]
    numbers: ClassVar[Iterator[int]]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        told = json.loads(self.rfile.read(length))
        self.receiver.take((self.path.rpartition("/")[2], told))
        key = next(self.numbers)
        answer = {"ok": True, "result": {"message_id": key}, "message": str(key)}
        body = json.dumps(answer).encode()
        with contextlib.suppress(OSError):  # who asked may be dead by now
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Letters(socketserver.StreamRequestHandler):
    """As much of SMTP as Odoo speaks."""

    receiver: ClassVar[Receiver]

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # who asked may be dead by now
            self._say("220 ready")
            for line in self.rfile:
                command = line[:4].upper().strip()
                if command == b"QUIT":
                    self._say("221 bye")
                    return
                if command == b"DATA":
                    self._say("354 go on")
                    self.receiver.take(self._read_letter())
                self._say("250 ok")

    def _read_letter(self) -> Message:
        lines = iter(self.rfile.readline, b".\r\n")
        return email.message_from_bytes(b"".join(lines))

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(ThreadingHTTPServer):
    def handle_error(self, _request: Any, _address: Any) -> None:
        """Say nothing of senders that were killed."""


@contextlib.contextmanager
def _serving(server: socketserver.TCPServer, receiver: Receiver) -> Iterator[Receiver]:
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.let_go()
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def messenger() -> Iterator[Receiver]:
    """Stand in for Telegram and for a gateway of any messenger."""
    receiver = Receiver()
    values = {"receiver": receiver, "numbers": itertools.count(1)}
    handler = type("Answering", (_Answering,), values)
    with _serving(_Server((HOST, 0), handler), receiver):
        yield receiver


@contextlib.contextmanager
def mail_server() -> Iterator[Receiver]:
    """Stand in for the mail server that takes outgoing letters."""
    receiver = Receiver()
    handler = type("Letters", (_Letters,), {"receiver": receiver})
    with _serving(_Server((HOST, 0), handler), receiver):
        yield receiver
