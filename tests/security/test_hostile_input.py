"""What no client would send: every operation answers it with a 4xx problem that has a request id, and never a 5xx."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from shared_layer.core.declaration import HttpOperation
from shared_layer.core.scopes import PUBLIC
from tests.security.hostile import BODIES, IDS, QUERIES, TRICKS
from tests.support.examples import headers_of, operations
from tests.support.platform import LocalPlatform
from tests.support.tenants import body_of

OPERATIONS = tuple(one for one in operations() if not one.streams)
ADDRESSED = tuple(one for one in OPERATIONS if one.path_parameters)
QUERYING = tuple(one for one in OPERATIONS if one.signature.query is not None)
TAKING = tuple(one for one in OPERATIONS if one.signature.body is not None)


@dataclass(slots=True)
class Attacker:
    """A tenant's key, and what was answered that should not have been."""

    platform: LocalPlatform
    key: str
    asked: int = 0
    wrong: list[tuple[Any, ...]] = field(default_factory=list)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(32))

    async def send(self, method: str, path: str, headers: list[tuple[str, str]] | None = None, **more: Any) -> Any:
        """One request; only a problem with a request id, or an answer that took the request, is right."""
        sent = [("X-API-Key", self.key), *(headers or [])]
        async with self._room:
            answer = await self.platform.gateway.request(method, path, headers=sent, **more)
            while answer.status_code == 503 and answer.json()["code"] == "overloaded":
                await asyncio.sleep(0.02)  # more at once than the function takes: asked again, as its answer says
                answer = await self.platform.gateway.request(method, path, headers=sent, **more)
        self.asked += 1
        problem = answer.status_code >= 400
        told = answer.headers.get("content-type", "").startswith("application/problem+json")
        unread = answer.status_code == 404 and "%0d%0a" in path  # Google's framework finds no function for a line break
        if answer.status_code >= 500 or (problem and not (told and answer.json()["request_id"]) and not unread):
            self.wrong.append((method, path[:200], str(more)[:100], answer.status_code, answer.text[:300]))
        return answer


@pytest_asyncio.fixture(scope="module")
async def tenants_key(platform: LocalPlatform) -> str:
    return (await platform.tenant())[1]


@pytest.fixture
def attacker(platform: LocalPlatform, tenants_key: str) -> Attacker:
    return Attacker(platform, tenants_key)


def paths(operation: HttpOperation, value: str) -> Iterator[str]:
    path = operation.path
    for name in operation.path_parameters:
        path = path.replace("{" + name + "}", value)
    yield path


async def test_hostile_ids(attacker: Attacker) -> None:
    asked = [
        attacker.send(one.method, path, list(headers_of(one, "x").items()), json=body_of(one, "text " * 9))
        for one in ADDRESSED
        for value in IDS
        for path in paths(one, value)
    ]
    await asyncio.gather(*asked)
    assert attacker.wrong == []


async def test_hostile_queries(attacker: Attacker) -> None:
    async def ask(operation: HttpOperation, query: str) -> None:
        path = operation.path.replace("{", "").replace("}", "")
        await attacker.send(operation.method, f"{path}?{query}", json=body_of(operation, "text " * 9))

    await asyncio.gather(*[ask(one, query) for one in QUERYING for query in QUERIES])
    assert attacker.wrong == []


async def test_hostile_bodies(attacker: Attacker) -> None:
    async def ask(operation: HttpOperation, body: bytes, media: str) -> None:
        path = operation.path.replace("{", "").replace("}", "")
        headers = [*headers_of(operation, f"k{attacker.asked}").items(), ("Content-Type", media)]
        answer = await attacker.send(operation.method, path, headers, content=body)
        if answer.status_code < 300 and body not in (b"{}", b'""'):
            attacker.wrong.append((operation.name, body[:60], "was taken"))

    await asyncio.gather(*[ask(one, body, "application/json") for one in TAKING for body in BODIES])
    await asyncio.gather(
        *[ask(one, b"{}", media) for one in TAKING for media in ("text/xml", "a", "application/json2")]
    )
    assert attacker.wrong == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_hostile_headers(attacker: Attacker, operation: HttpOperation) -> None:
    path = operation.path.replace("{", "").replace("}", "")
    bombs: list[list[tuple[str, str]]] = [
        [("X-Pad", "x" * 70_000)],
        [(f"X-{number}", "y") for number in range(600)],
        [("X-Request-ID", "\x7f" * 64)],
        [("X-Request-ID", "a" * 5000)],
        [("If-Match", value := "é" * 10)],
        [("If-Match", '"' + "9" * 400 + '"')],
        [("If-Match", "*")],
        [("Idempotency-Key", "k" * 5000)],
        [("Idempotency-Key", value)],
        [("X-Tenant-ID", "../x")],
        [("X-Tenant-ID", value)],
        [("traceparent", "00-" + "0" * 32 + "-" + "0" * 16 + "-00")],
        [("X-Cloud-Trace-Context", "\xff" * 100)],
        [("Origin", value)],
        [("Accept", "text/html"), ("Accept-Encoding", "\xff"), ("Range", "bytes=0-")],
        [("Content-Type", "\xff")],
        [("Content-Encoding", "gzip")],
        [("Authorization", "Bearer " + value)],
        [("Authorization", "\xff")],
        [("X-Forwarded-Authorization", "Bearer x")],
        [("X-Apigateway-Api-Userinfo", "e30")],
        [("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("X-Original-URL", "/docs")],
    ]
    body = body_of(operation, "text " * 9)
    encoded: list[Any] = [[(name, text.encode("latin-1")) for name, text in bomb] for bomb in bombs]
    await asyncio.gather(*[attacker.send(operation.method, path, headers, json=body) for headers in encoded])
    assert attacker.wrong == []


@pytest.mark.parametrize("name", ["X-API-Key", "X-Tenant-ID", "Idempotency-Key", "If-Match", "Content-Type", "Origin"])
async def test_a_header_that_decides_something_is_refused_twice(attacker: Attacker, name: str) -> None:
    doubled = [(name, "one"), (name, "two")]
    for operation in OPERATIONS:
        path = operation.path.replace("{", "").replace("}", "")
        answer = await attacker.send(operation.method, path, doubled, json=body_of(operation, "text " * 9))
        assert answer.status_code == 400, (operation.name, answer.text)
        assert "given twice" in answer.json()["detail"]


@pytest.mark.parametrize("trick", TRICKS)
async def test_a_path_means_one_operation_or_none(attacker: Attacker, trick: str) -> None:
    """Sent as they are: the client of these tests would tidy them up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(attacker.platform.url.rpartition(":")[2]))
    writer.write(
        f"GET {trick} HTTP/1.1\r\nHost: gateway\r\nX-API-Key: {attacker.key}\r\nConnection: close\r\n\r\n".encode(
            "latin-1"
        )
    )
    answer = await reader.read()
    writer.close()
    status = int(answer.split(b" ", 2)[1])
    assert 400 <= status < 500, answer[:300]
    assert b"request_id" in answer or status == 400


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_a_method_is_what_it_is(attacker: Attacker, name: str) -> None:
    made = await attacker.send("POST", "/api/v1/api-keys", json={"name": "kept", "scopes": ["keys:read"]})
    path = f"/api/v1/api-keys/{made.json()['id']}"
    assert (await attacker.send("GET", path, [(name, "DELETE")])).status_code == 200
    assert (await attacker.send("POST", path, [(name, "DELETE")])).status_code == 405
    assert (await attacker.send("GET", f"{path}?_method=DELETE")).status_code in (200, 422)
    assert (await attacker.send("GET", path)).json()["status"] == "active"


SIGNED = {
    *("receive_slack_events", "receive_webhook", "finish_gmail_connect", "finish_search_console_connect"),
    *("receive_mail_feedback", "unsubscribe"),
}
"""Public operations that write: each proves its caller before it does anything, by a signature over the raw body, by
the sealed state and the one browser's cookie, or by the signed token of one mail.
"""


async def test_public_operations_are_few_and_only_read_or_are_signed() -> None:
    public = {one.name: one.method for one in OPERATIONS if one.scope == PUBLIC and one.name not in SIGNED}
    assert set(public.values()) == {"GET"}
