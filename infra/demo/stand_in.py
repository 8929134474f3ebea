"""A stand-in for an AI provider: OpenAI's chat completions on the loopback interface, which can die and come back."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

MODEL: Final = "gpt-4o-mini"


class StandIn:
    """Answers every prompt with `answer`, and what asks for JSON with `plan`; `asked` counts the prompts.

    Its port stays its own while it is dead, so that it comes back to the same address.
    """

    def __init__(self, answer: str, plan: str) -> None:
        self.asked = 0
        self._answer, self._plan = answer, plan
        self._server: ThreadingHTTPServer | None = None
        self._port = _free_port()

    def __enter__(self) -> StandIn:
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    @property
    def url(self) -> str:
        """The base URL that a provider's client is given."""
        return f"http://127.0.0.1:{self._port}/v1"

    def come_back(self) -> None:
        """Listen, and answer."""
        server = ThreadingHTTPServer(("127.0.0.1", self._port), partial(_Handler, self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self._server = server

    def die(self) -> None:
        """Be gone, as a machine that is switched off: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def completion(self, body: dict[str, Any]) -> dict[str, Any]:
        """The chat completion for a request's body."""
        self.asked += 1
        text = self._plan if body.get("response_format") else self._answer
        words = sum(len(str(message.get("content", "")).split()) for message in body["messages"])
        return {
            "id": f"chatcmpl-standin-{self.asked}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body.get("model", MODEL),
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": words,
                "completion_tokens": len(text.split()),
                "total_tokens": words + len(text.split()),
            },
        }


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: each connection ends with its answer, so that a dead provider keeps none open."""

    def __init__(self, provider: StandIn, *arguments: Any) -> None:
        self._provider = provider
        super().__init__(*arguments)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        completion = self._provider.completion(body)
        self.send_response(200)
        streamed = bool(body.get("stream"))
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.end_headers()
        for part in _chunks(completion) if streamed else (json.dumps(completion),):
            self.wfile.write(part.encode())

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: the story is told elsewhere."""


def _chunks(completion: dict[str, Any]) -> Iterator[str]:
    """The completion as server-sent events, word by word."""
    head = {**completion, "object": "chat.completion.chunk"}
    usage = head.pop("usage")
    text = completion["choices"][0]["message"]["content"]
    for word in text.split(" "):
        yield _event({**head, "choices": [{"index": 0, "delta": {"content": f"{word} "}, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    yield _event({**head, "choices": [], "usage": usage})
    yield "data: [DONE]\n\n"


def _event(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
