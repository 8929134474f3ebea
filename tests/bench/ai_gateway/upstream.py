"""A provider that costs next to nothing: OpenAI's answers from memory, whole or as 33 events.

`python -m tests.bench.ai_gateway.upstream PORT` serves POST (completions, after X milliseconds where the prompt says
`wait=X`) and GET /count, the completions so far.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

import httptools
import uvloop

WORDS = 30
TEXT = " ".join(f"word{number}" for number in range(WORDS))
HEAD = {"id": "chatcmpl-bench", "created": 1_700_000_000, "model": "bench"}
USAGE = {"prompt_tokens": 20, "completion_tokens": WORDS, "total_tokens": WORDS + 20}
WAIT = re.compile(rb"wait=(\d+)")


def _whole() -> bytes:
    message = {"role": "assistant", "content": TEXT, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    body = json.dumps({**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _events() -> list[bytes]:
    """33 events: the role, 30 words, the end, the usage."""
    deltas = [{"role": "assistant", "content": ""}, *({"content": f"word{number} "} for number in range(WORDS))]
    choices = [[{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas]
    choices.append([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    chunks = [{**HEAD, "object": "chat.completion.chunk", "choices": choice} for choice in choices]
    chunks.append({**HEAD, "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    lines = [b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks]
    return [b"%x\r\n%b\r\n" % (len(line), line) for line in [*lines, b"data: [DONE]\n\n"]]


WHOLE = _whole()
EVENTS = _events()
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Upstream(asyncio.Protocol):
    """One connection of a client."""

    calls = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._fresh()

    def _fresh(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        body, url = self._body, self._url
        self._fresh()
        if url.endswith(b"/count"):
            told = b"%d" % Upstream.calls
            self._write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(told), told))
            return
        Upstream.calls += 1
        wait = WAIT.search(body)
        loop = asyncio.get_running_loop()
        streams = b'"stream":true' in body.replace(b" ", b"")
        answer = self._stream if streams else lambda: self._write(WHOLE)
        if wait:
            loop.call_later(int(wait[1]) / 1000, answer)
        else:
            answer()

    def _stream(self, place: int = -1) -> None:
        """An event in each turn of the loop, as a model writes them: nothing for a gateway to gather."""
        if place == len(EVENTS):
            self._write(b"0\r\n\r\n")
            return
        self._write(STREAM if place < 0 else EVENTS[place])
        asyncio.get_running_loop().call_later(0.001, self._stream, place + 1)

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)  # type: ignore[attr-defined]


async def main(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
