"""The life of API keys over several instances, and of operators' keys over time."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared_layer.access import api_keys, credentials, last_use, operators
from shared_layer.access.api_keys import StoredKey, key_reference, mint
from shared_layer.core import clock
from shared_layer.core.settings import settings
from tests.support.eventually import eventually
from tests.support.instances import instances
from tests.support.platform import LocalPlatform

PATH = "/api/v1/campaigns"
Fleet = list[httpx.AsyncClient]


class Moving:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moving() -> Iterator[Moving]:
    time_now = Moving()
    former = clock.use(time_now)
    yield time_now
    clock.use(former)


@pytest_asyncio.fixture(scope="module")
async def fleet(platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    logs = tmp_path_factory.mktemp("instances")
    async with instances(platform, "functions/marketing/list_campaigns.py", 3, logs) as running:
        yield running


async def issue(platform: LocalPlatform, owner: str, **fields: Any) -> dict[str, Any]:
    body = {"name": "Shop", "scopes": ["marketing:read", "keys:read", "keys:write"]} | fields
    made = await platform.gateway.post("/api/v1/api-keys", json=body, headers={"X-API-Key": owner})
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def everywhere(fleet: Fleet, key: str) -> set[int]:
    answers = await asyncio.gather(*[one.get(PATH, headers={"X-API-Key": key}) for one in fleet])
    return {answer.status_code for answer in answers}


async def test_a_revocation_counts_at_the_next_request_to_every_instance(platform: LocalPlatform, fleet: Fleet) -> None:
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    assert await everywhere(fleet, made["key"]) == {200}
    await platform.gateway.delete(f"/api/v1/api-keys/{made['id']}", headers={"X-API-Key": owner})
    assert await everywhere(fleet, made["key"]) == {401}
    assert await everywhere(fleet, owner) == {200}


async def test_a_leaked_keys_rotation_counts_everywhere_and_its_successor_opens(
    platform: LocalPlatform, fleet: Fleet
) -> None:
    _, owner = await platform.tenant()
    leaked = await issue(platform, owner)
    assert await everywhere(fleet, leaked["key"]) == {200}
    rotated = await platform.gateway.post(
        f"/api/v1/api-keys/{leaked['id']}:rotate", json={"grace_seconds": 0}, headers={"X-API-Key": owner}
    )
    assert await everywhere(fleet, leaked["key"]) == {401}
    assert await everywhere(fleet, rotated.json()["key"]) == {200}


async def test_a_suspension_of_the_tenant_counts_everywhere(platform: LocalPlatform, fleet: Fleet) -> None:
    tenant_id, owner = await platform.tenant()
    assert await everywhere(fleet, owner) == {200}
    operator = {"X-API-Key": platform.operator_key}
    await platform.gateway.post(f"/api/v1/tenants/{tenant_id}:suspend", json={}, headers=operator)

    async def refused() -> bool:
        return await everywhere(fleet, owner) == {403}

    await eventually(refused)


async def test_without_redis_a_revocation_counts_after_five_minutes(
    platform: LocalPlatform, moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    assert await credentials.credential_of(made["key"])
    await key_reference(made["id"]).update({"status": "revoked"})
    assert await credentials.credential_of(made["key"])
    moving.now += credentials.TRUST_SECONDS
    assert await credentials.credential_of(made["key"]) is None


async def test_a_change_between_the_reading_of_a_key_and_of_its_epoch_is_not_lost(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The revocation is committed after the key was first read, its epoch advanced before the epoch is read."""
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    read_epoch = credentials._epoch

    async def revoked_meanwhile(tenant_id: str) -> int:
        await key_reference(made["id"]).update({"status": "revoked"})
        await credentials.advance_epoch(tenant_id)
        return await read_epoch(tenant_id)

    monkeypatch.setattr(credentials, "_epoch", revoked_meanwhile)
    assert await credentials.credential_of(made["key"]) is None


@pytest.mark.parametrize("grace", [1, 60, 7 * 24 * 3600])
async def test_a_rotated_key_dies_at_the_exact_end_of_its_grace(
    platform: LocalPlatform, moving: Moving, grace: int
) -> None:
    _, owner = await platform.tenant()
    old = await issue(platform, owner)
    await platform.gateway.post(
        f"/api/v1/api-keys/{old['id']}:rotate", json={"grace_seconds": grace}, headers={"X-API-Key": owner}
    )
    end = (await key_reference(old["id"]).get()).get("dies_at").timestamp()
    for before in (grace - 0.5, 0.001):
        moving.now = end - before
        assert await credentials.credential_of(old["key"]), before
    for after in (0.0, 0.001, 1000.0):
        moving.now = end + after
        assert await credentials.credential_of(old["key"]) is None, after


async def test_operators_keys_are_read_again_after_five_minutes_and_not_before(
    moving: Moving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mounted = tmp_path / "keys"
    mounted.write_text("xyn_op_first\n")
    monkeypatch.setenv("XYNERGY_API_KEYS_FILE", str(mounted))
    settings.cache_clear()
    operators.reload()
    assert operators.operator_fingerprint("xyn_op_first")
    mounted.write_text("xyn_op_second, xyn_op_third\n")
    moving.now += operators.RELOAD_SECONDS
    assert operators.operator_fingerprint("xyn_op_first")
    assert operators.operator_fingerprint("xyn_op_second") is None
    moving.now += 0.001
    assert operators.operator_fingerprint("xyn_op_first") is None
    assert operators.operator_fingerprint("xyn_op_second")
    assert operators.operator_fingerprint("xyn_op_third")
    monkeypatch.undo()
    settings.cache_clear()
    operators.reload()


async def test_a_withdrawn_operators_key_opens_nothing_after_five_minutes(
    platform: LocalPlatform, moving: Moving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mounted = tmp_path / "keys"
    mounted.write_text("xyn_op_leaver")
    monkeypatch.setenv("XYNERGY_API_KEYS_FILE", str(mounted))
    settings.cache_clear()
    operators.reload()
    tenant_id, _ = await _made_by(platform, "xyn_op_leaver")
    path, headers = f"/api/v1/tenants/{tenant_id}", {"X-API-Key": "xyn_op_leaver"}
    mounted.write_text("xyn_op_stayer")
    moving.now += operators.RELOAD_SECONDS + 1
    assert (await platform.gateway.get(path, headers=headers)).status_code == 401
    monkeypatch.undo()
    settings.cache_clear()
    operators.reload()


async def test_a_withdrawn_operators_key_that_was_first_used_late_opens_nothing_after_five_minutes_either(
    platform: LocalPlatform, moving: Moving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the process remembers of it ends with the keys that it was looked up in."""
    mounted = tmp_path / "keys"
    mounted.write_text("xyn_op_late")
    monkeypatch.setenv("XYNERGY_API_KEYS_FILE", str(mounted))
    settings.cache_clear()
    operators.reload()
    assert await credentials.credential_of("xyn_op_somebody") is None  # the keys are read at this moment
    mounted.write_text("xyn_op_stayer")
    moving.now += operators.RELOAD_SECONDS - 1
    assert await credentials.credential_of("xyn_op_late")
    moving.now += 2
    assert await credentials.credential_of("xyn_op_late") is None
    monkeypatch.undo()
    settings.cache_clear()
    operators.reload()


async def _made_by(platform: LocalPlatform, operator_key: str) -> tuple[str, str]:
    made = await platform.gateway.post(
        "/api/v1/tenants",
        headers={"X-API-Key": operator_key, "Idempotency-Key": operator_key + mint()[0]},
        json={"name": "T", "owner_email": "owner@tenant.example"},
    )
    assert made.status_code == 201, made.text
    return made.json()["tenant"]["id"], made.json()["api_key"]["key"]


async def test_a_key_tells_when_it_was_last_used(platform: LocalPlatform, moving: Moving) -> None:
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    path, auth = f"/api/v1/api-keys/{made['id']}", {"X-API-Key": owner}
    assert (await platform.gateway.get(path, headers=auth)).json()["last_used_at"] is None
    assert (await platform.gateway.get(PATH, headers={"X-API-Key": made["key"]})).status_code == 200
    first = datetime.fromisoformat((await platform.gateway.get(path, headers=auth)).json()["last_used_at"])
    assert first == datetime.fromtimestamp(moving.now, UTC)
    moving.now += credentials.TRUST_SECONDS
    await platform.gateway.get(PATH, headers={"X-API-Key": made["key"]})
    listed = (await platform.gateway.get("/api/v1/api-keys", headers=auth)).json()["items"]
    used = {item["id"]: item["last_used_at"] for item in listed}
    assert datetime.fromisoformat(used[made["id"]]) == datetime.fromtimestamp(moving.now, UTC)
    assert all(used.values())


async def test_a_busy_key_is_noted_once_in_five_minutes(
    platform: LocalPlatform, moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    reference, writes = last_use._reference, []

    def counted(key_id: str) -> Any:
        writes.append(key_id)
        return reference(key_id)

    monkeypatch.setattr(last_use, "_reference", counted)
    for _ in range(50):
        await platform.gateway.get(PATH, headers={"X-API-Key": made["key"]})
        moving.now += 4
    assert writes.count(made["id"]) == 1


def test_keys_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    key_id, key, prefix, secret_hash = mint()
    moment = clock.utcnow()
    stored = StoredKey(
        id=key_id, tenant_id="t", name="n", prefix=prefix, secret_hash=secret_hash, scopes=[], created_at=moment,
        updated_at=moment,
    )  # fmt: skip
    compared: list[tuple[Any, Any]] = []
    compare_digest = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return compare_digest(one, other)

    monkeypatch.setattr(api_keys.hmac, "compare_digest", compare)  # the module's own, for its every user
    assert stored.opened_by(key)
    assert not stored.opened_by(key[:-1] + ("0" if key[-1] != "0" else "1"))
    assert [len(one) == len(other) == 64 for one, other in compared[:2]] == [True, True]


async def test_neither_the_store_nor_the_process_keeps_a_key_itself(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    made = await issue(platform, owner)
    await credentials.credential_of(made["key"])
    stored = (await key_reference(made["id"]).get()).to_dict()
    secret = made["key"].rsplit("_", 1)[1]
    assert stored is not None
    assert secret not in str(stored)
    assert secret not in repr(credentials._remembered)
