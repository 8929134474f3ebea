"""Providers of mail on loopback, as they document themselves: what they took is in `taken`, by address."""

from __future__ import annotations

import json
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, Any, dict[str, str]]


class MailDouble:
    """A provider. `calls` are all requests, `next_answers` what the next ones get instead of being taken."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, Json, dict[str, str]]] = []
        self.taken: dict[str, list[Json]] = defaultdict(list)
        self.next_answers: list[Answer] = []
        self.break_off = 0
        self._lock = threading.Lock()

    def respond(self, path: str, given: Json, headers: dict[str, str]) -> Answer | None:
        """The answer; None: taken, but the connection breaks before anybody hears of it."""
        with self._lock:
            self.calls.append((path, given, headers))
            if self.next_answers:
                return self.next_answers.pop(0)
            answer = self.take(path, given, headers)
            if self.break_off > 0:
                self.break_off -= 1
                return None
            return answer

    def take(self, path: str, given: Json, headers: dict[str, str]) -> Answer:
        """Take a mail."""
        raise NotImplementedError


class ResendDouble(MailDouble):
    """https://resend.com/docs/api-reference/emails/send-email: a key is one mail; another body under it is 409."""

    def __init__(self) -> None:
        super().__init__()
        self.by_key: dict[str, tuple[str, str]] = {}

    def take(self, path: str, given: Json, headers: dict[str, str]) -> Answer:
        assert path == "/emails"
        if headers.get("authorization") != "Bearer re_double":
            return 401, {"statusCode": 401, "name": "missing_api_key", "message": "Missing API key"}, {}
        body, key = json.dumps(given, sort_keys=True), headers["idempotency-key"]
        if key in self.by_key:
            mail, former = self.by_key[key]
            if former == body:
                return 200, {"id": mail}, {}
            return 409, {"statusCode": 409, "name": "invalid_idempotent_request", "message": "Another payload"}, {}
        mail = str(uuid.uuid4())
        self.by_key[key] = (mail, body)
        self.taken[given["to"][0]].append(given)
        return 200, {"id": mail}, {}


class SendGridDouble(MailDouble):
    """https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send: 202 with X-Message-Id, and no key."""

    def take(self, path: str, given: Json, headers: dict[str, str]) -> Answer:
        assert path == "/v3/mail/send"
        assert headers["authorization"] == "Bearer SG.double"
        self.taken[given["personalizations"][0]["to"][0]["email"]].append(given)
        return 202, None, {"X-Message-Id": uuid.uuid4().hex}


class PostmarkDouble(MailDouble):
    """https://postmarkapp.com/developer/api/email-api: 200 with ErrorCode 0, and no key."""

    def take(self, path: str, given: Json, headers: dict[str, str]) -> Answer:
        assert path == "/email"
        assert headers["x-postmark-server-token"] == "double"
        self.taken[given["To"]].append(given)
        return 200, {"ErrorCode": 0, "Message": "OK", "MessageID": str(uuid.uuid4()), "To": given["To"]}, {}


@contextmanager
def served(double: MailDouble) -> Iterator[MailDouble]:
    """The double, answering at its `url`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, double))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, double: MailDouble, *arguments: Any) -> None:
        self._double = double
        super().__init__(*arguments)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self._double.respond(self.path, json.loads(raw), headers)
        if answer is None:
            self.close_connection = True
            return
        status, told, more = answer
        body = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
