"""A provider's HTTP API on loopback: it answers as its documentation says, or as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
Answer = tuple[int, Json, dict[str, str]]
"""Status, body and headers."""


class ProviderDouble:
    """What stands for a provider. Calls are answered one at a time; `url` is where, once it is `served`."""

    def __init__(self) -> None:
        self.url = ""
        self._faults: dict[str, list[Answer]] = defaultdict(list)
        self._lock = threading.Lock()

    def fail_next(self, name: str, status: int, answer: Any, times: int = 1, **headers: str) -> None:
        """Let the next calls of what is called so be answered with this."""
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        self._faults[name] += [(status, answer, named)] * times

    def fault(self, name: str) -> Answer | None:
        """What a test wants to be answered next."""
        return self._faults[name].pop(0) if self._faults[name] else None

    def respond(self, method: str, path: str, given: Json, token: str) -> Answer:
        """The answer to a call; `given` is its query, form or JSON."""
        with self._lock:
            return self.answer(method, path, given, token)

    def answer(self, method: str, path: str, given: Json, token: str) -> Answer:
        """What the provider answers."""
        raise NotImplementedError


Double = TypeVar("Double", bound=ProviderDouble)


@contextmanager
def served(double: Double, below: str = "") -> Iterator[Double]:
    """The double, answering at its `url`, which ends in `below`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, double))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}{below}"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, double: ProviderDouble, *arguments: Any) -> None:
        self._double = double
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._reply("GET", _first(urlsplit(self.path).query))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        kind = self.headers.get("Content-Type", "")
        if "urlencoded" in kind:
            self._reply("POST", _first(raw.decode()))
        elif kind.startswith("multipart/"):
            self._reply("POST", {"type": kind, "raw": raw})
        else:
            self._reply("POST", json.loads(raw or b"{}"))

    def _reply(self, method: str, given: Json) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        status, answer, headers = self._double.respond(method, urlsplit(self.path).path, given, token)
        body = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _first(query: str) -> Json:
    return {name: values[0] for name, values in parse_qs(query).items()}
