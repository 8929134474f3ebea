"""A provider as the network shows one: a server on loopback that answers like OpenAI, and fails as it is told."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

HEAD = {"id": "chatcmpl-double", "created": 1_700_000_000}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one call goes. `cut_after` chunks the connection of a stream breaks; `status` other than 200 is an error."""

    text: str = "Four."
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    hang: Literal["", "first", "middle"] = ""
    cut_after: int | None = None
    usage: tuple[int, int] | None = (11, 7)
    raw: bytes | None = None
    models: tuple[str, ...] = ("double-1",)


OK = Behaviour()


class ProviderDouble:
    """Answers POST /v1/chat/completions by `plan`, then by `otherwise`; keeps what was sent."""

    def __init__(self) -> None:
        self.plan: deque[Behaviour] = deque()
        self.otherwise = OK
        self.calls: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.heads: list[str] = []
        self.called = asyncio.Event()
        self.hung_up = asyncio.Event()
        self.gate: asyncio.Event | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._exchange(reader, writer):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hung_up.set()
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        self.heads.append(head)
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        if head.startswith("GET /v1/models "):
            self.keys.append(headers.get("authorization", ""))
            behaviour = self.plan.popleft() if self.plan else self.otherwise
            listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in behaviour.models]}
            told = listed if behaviour.status == 200 else {"error": behaviour.error}
            _whole(writer, behaviour.status, told, behaviour.headers)
            return True
        body = json.loads(raw)
        self.calls.append(body)
        self.called.set()
        self.keys.append(headers.get("authorization", ""))
        behaviour = self.plan.popleft() if self.plan else self.otherwise
        if self.gate is not None:
            await self.gate.wait()
        if behaviour.hang == "first":
            await self._until_hung_up(reader)
            return False
        if behaviour.status != 200:
            _whole(writer, behaviour.status, {"error": behaviour.error}, behaviour.headers)
        elif behaviour.raw is not None:
            _whole(writer, 200, behaviour.raw, {})
        elif head.startswith("POST /v1/embeddings "):
            _whole(writer, 200, embeddings(body), {})
        elif body.get("stream"):
            return await self._stream(reader, writer, behaviour, body)
        else:
            _whole(writer, 200, completion(behaviour, body["model"]), {})
        return True

    async def _stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behaviour: Behaviour, body: dict[str, Any]
    ) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for number, chunk in enumerate(chunks(behaviour, body["model"])):
            if behaviour.cut_after == number:
                return False
            if behaviour.hang == "middle" and number == 2:
                await writer.drain()
                await self._until_hung_up(reader)
                return False
            _part(writer, f"data: {json.dumps(chunk)}\n\n".encode())
        _part(writer, b"data: [DONE]\n\n")
        _part(writer, b"")
        return True

    async def _until_hung_up(self, reader: asyncio.StreamReader) -> None:
        await reader.read(1)
        self.hung_up.set()


def completion(behaviour: Behaviour, model: str) -> dict[str, Any]:
    """OpenAI's documented answer."""
    message = {"role": "assistant", "content": behaviour.text, "refusal": None, "annotations": []}
    answer: dict[str, Any] = {
        **HEAD,
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "system_fingerprint": "fp_double",
    }
    if behaviour.usage:
        sent, written = behaviour.usage
        answer["usage"] = {"prompt_tokens": sent, "completion_tokens": written, "total_tokens": sent + written}
    return answer


def embeddings(body: dict[str, Any]) -> dict[str, Any]:
    """OpenAI's documented answer, its vectors telling the input's length."""
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [{"object": "embedding", "index": n, "embedding": [float(len(t)), 0.5]} for n, t in enumerate(texts)]
    usage = {"prompt_tokens": 4 * len(texts), "total_tokens": 4 * len(texts)}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def chunks(behaviour: Behaviour, model: str) -> list[dict[str, Any]]:
    """OpenAI's documented chunks: the role, a letter each, the end, the usage."""
    head = {**HEAD, "object": "chat.completion.chunk", "model": model}
    deltas = [{"role": "assistant", "content": ""}, *({"content": letter} for letter in behaviour.text)]
    made = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    made.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if behaviour.usage:
        sent, written = behaviour.usage
        usage = {"prompt_tokens": sent, "completion_tokens": written, "total_tokens": sent + written}
        made.append({**head, "choices": [], "usage": usage})
    return made


def _whole(writer: asyncio.StreamWriter, status: int, content: Any, headers: dict[str, str]) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status} X", "content-type: application/json", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)


def _part(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
