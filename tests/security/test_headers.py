"""Every answer of every operation carries the headers that keep a browser from misusing it."""

from __future__ import annotations

import pytest
import pytest_asyncio

from shared_layer.core.declaration import HttpOperation
from shared_layer.core.scopes import PUBLIC
from tests.support.examples import headers_of, operations, path_of
from tests.support.platform import LocalPlatform
from tests.support.tenants import body_of

OPERATIONS = tuple(one for one in operations() if not one.streams)
PAGES = tuple(one for one in OPERATIONS if one.scope == PUBLIC and not one.path_parameters)
ALWAYS = {
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


@pytest_asyncio.fixture(scope="module")
async def key(platform: LocalPlatform) -> str:
    return (await platform.tenant())[1]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_every_answer_has_its_security_headers(
    platform: LocalPlatform, key: str, operation: HttpOperation
) -> None:
    path = path_of(operation, dict.fromkeys(operation.path_parameters, "none_00000000000000000000"))
    told = headers_of(operation, "security-headers")
    for headers in ({"X-API-Key": key} | told, told, {"X-API-Key": key, "Idempotency-Key": "\x01"}):
        body = body_of(operation, "headers " * 6)
        answer = await platform.gateway.request(operation.method, path, headers=headers, json=body)
        sent = {name: answer.headers.get(name) for name in ALWAYS}
        assert sent == ALWAYS, (answer.status_code, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-" not in policy
        assert "server" not in answer.headers
        assert answer.headers["x-request-id"]
        assert len(answer.headers.get_list("x-content-type-options")) == 1
        if operation.scope != PUBLIC:
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("operation", PAGES, ids=lambda operation: operation.name)
async def test_a_page_runs_no_inline_script_and_loads_from_its_own_origin(
    platform: LocalPlatform, operation: HttpOperation
) -> None:
    answer = await platform.gateway.get(operation.path)
    if not answer.headers["content-type"].startswith("text/html"):
        return
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] in ("'none'", "'self'")
    connected = policy.pop("connect-src").split()
    assert connected[0] == "'self'"
    assert set(connected[1:]) <= {platform.functions_url}, "beside its origin, a page reads its streams"
    assert not any("*" in value or "unsafe" in value or "http" in value for value in policy.values())
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
    assert not any(f' {event}="' in answer.text for event in ("onclick", "onload", "onerror", "onsubmit"))
