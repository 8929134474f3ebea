"""Planted secrets and personal data: 200 of them go in by every way there is, none comes out in the functions' log."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from infra.local.runner.application import application
from shared_layer.core import logs
from shared_layer.core.redaction import redact
from tests.support.platform import LocalPlatform
from tests.support.secrets import Planted, planted

SECRETS = list(planted(seed=20_261_123))
PATH = "/api/v1/campaigns"

EXPLODES = '''"""Fails with what it was told."""

from starlette.requests import Request

from shared_layer.core.context import current
from shared_layer.core.models import Model
from shared_layer.front_door import PUBLIC, endpoint


class Wish(Model):
    text: str


@endpoint("POST", "/api/v1/explosions/{way}", scope=PUBLIC, tier="none")
async def explode(way: str, wish: Wish, request: Request) -> Wish:
    if way == "raise":
        raise RuntimeError(f"cannot reach {wish.text}")
    if way == "chain":
        try:
            raise ValueError(wish.text)
        except ValueError as error:
            raise LookupError("while reading") from error
    if way == "key":
        raise KeyError(wish.text)
    current().labels["wish"] = wish.text
    return Wish(text="")
'''


def found(output: str) -> list[str]:
    plain = output.replace("\\n", "\n")
    return [secret.kind for secret in SECRETS if secret.kernel in plain]


def test_there_are_two_hundred() -> None:
    assert len(SECRETS) >= 200
    assert len({secret.kernel for secret in SECRETS}) == len(SECRETS)


async def test_no_secret_of_a_request_is_logged(platform: LocalPlatform, capfd: pytest.CaptureFixture[str]) -> None:
    _, key = await platform.tenant()
    capfd.readouterr()
    auth = {"X-API-Key": key}

    async def plant(secret: Planted) -> None:
        text = quote(secret.text, safe="")
        as_header = secret.text.replace("\n", " ")
        get = platform.gateway.get
        await get(f"{PATH}/{text}", headers=auth)
        await get(f"{PATH}/{text}:launch", headers=auth)
        await get(f"{PATH}?cursor={text}&status={text}", headers=auth)
        await get(PATH, headers={"X-API-Key": as_header})
        await get(PATH, headers={"Authorization": as_header, "Cookie": as_header, "X-Request-ID": as_header})
        await get(PATH, headers=auth | {"X-Tenant-ID": as_header, "User-Agent": as_header, "traceparent": as_header})
        await platform.gateway.post(PATH, json={"business_type": secret.text, secret.text: 1}, headers=auth)
        await platform.gateway.post(
            PATH, content=f'{{"broken": "{secret.text}', headers=auth | {"Idempotency-Key": as_header}
        )

    await asyncio.gather(*[plant(secret) for secret in SECRETS])
    logs.flush()
    output = "".join(capfd.readouterr())
    assert output.count('"event":"request"') > len(SECRETS)
    assert found(output) == []
    assert key not in output


async def test_no_secret_of_a_failure_is_logged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "functions" / "runtime" / "explode.py"
    file.parent.mkdir(parents=True)
    file.write_text(EXPLODES)
    transport = httpx.ASGITransport(app=application(file))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://function") as client:
        for secret in SECRETS:
            for way, status in (("raise", 500), ("chain", 500), ("key", 500), ("label", 200)):
                answer = await client.post(f"/api/v1/explosions/{way}", json={"text": secret.text})
                assert answer.status_code == status
                if status == 500:
                    assert secret.kernel not in answer.text
    logs.flush()
    output = "".join(capfd.readouterr())
    assert output.count("unhandled_exception") == 3 * len(SECRETS)
    assert found(output) == []


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret.kind)
def test_no_secret_of_a_field_is_logged(secret: Planted) -> None:
    shapes: list[Any] = [
        secret.text,
        {"note": [secret.text, {"deep": (secret.text,)}]},
        {secret.text: 1},
        {"authorization": secret.kernel, "X-API-Key": secret.kernel, "owner_email": secret.kernel},
        f"GET /x?key={secret.text}&y=1 failed",
        json.dumps({"text": secret.text}),
        secret.text.encode(),
    ]
    for shape in shapes:
        assert secret.kernel not in json.dumps(redact(shape), default=str).replace("\\n", "\n"), shape


def test_a_librarys_own_log_is_redacted(capfd: pytest.CaptureFixture[str]) -> None:
    for secret in SECRETS:
        logging.getLogger("some.library").error("failed for %s", secret.text)
    logs.flush()
    output = "".join(capfd.readouterr())
    assert output.count("failed for") == len(SECRETS)
    assert found(output) == []


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-11-23T10:29:46.769313Z",
        "prompt_tokens: 12 max_tokens=5",
        "1700000000000000",
        "550e8400-e29b-41d4-a716-446655440000",
        "0af7651916cd43dd8448eb211c80319c",
        "/api/v1/campaigns/cmp_0123456789abcdefghjk:launch",
        "projects/xynergy-local/databases/(default)/documents/tenants/t3d4v9bb5s432svn/events",
        'File "/work/shared_layer/front_door/door.py", line 108, in _answer',
        "the task took 12.5 s for 1,234,567 rows",
    ],
)
def test_what_is_no_secret_stays(harmless: str) -> None:
    assert redact(harmless) == harmless
