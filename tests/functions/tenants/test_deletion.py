"""A tenant's end: deleted, restored, erased with a certificate."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from shared_layer.access.members import Member, member_reference
from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.governance.chain import record_collection
from shared_layer.governance.erasing import count_everything
from shared_layer.governance.places import redis_keys
from shared_layer.governance.signing import public_keys, verify_signature
from shared_layer.governance.trail import verify_trail
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import storage
from shared_layer.storage.redis import redis
from shared_layer.tenants.erasure import erase_due_tenants
from shared_layer.tenants.tenant import tenant_reference
from tests.functions.governance.audit_key import mount_audit_key
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.staging import documents

BRIEF = {"business_type": "Books", "target_audience": "Readers", "budget_range": "$100-$200"}


def operator(platform: LocalPlatform) -> dict[str, str]:
    return {"X-API-Key": platform.operator_key, "Idempotency-Key": uuid.uuid4().hex}


async def delete(platform: LocalPlatform, tenant_id: str, key: str) -> dict[str, Any]:
    gone = await platform.gateway.delete(f"/api/v1/tenants/{tenant_id}", headers={"X-API-Key": key})
    assert gone.status_code == 200, gone.text
    answer: dict[str, Any] = gone.json()
    return answer


async def campaigns(platform: LocalPlatform, key: str) -> int:
    return (await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": key})).status_code


async def _erasure_taken_by_all(tenant_id: str) -> bool:
    """Whether each handler that takes every event has taken that of the erasure."""
    erased = [one["event_id"] for one in await documents(tenant_id, "events") if one["event_type"] == "tenant_erased"]
    inbox = {snapshot.id async for snapshot in tenant_collection(tenant_id, "inbox").stream()}
    handlers = ("append_audit_event", "fan_out_event", "sync_event_to_warehouse")
    return {f"{handler}:{event_id}" for handler in handlers for event_id in erased} <= inbox and len(erased) == 1


async def _member_of(tenant_id: str) -> None:
    moment = clock.utcnow()
    member = Member(
        id=f"{tenant_id}-1", tenant_id=tenant_id, email="ada@b.co", role="viewer", created_at=moment, updated_at=moment
    )
    await member_reference(member.id).set(member.model_dump())


async def test_a_profile_says_what_is_still_to_be_set_up(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()

    async def steps() -> dict[str, bool]:
        profile = await platform.gateway.get(f"/api/v1/tenants/{tenant_id}", headers={"X-API-Key": key})
        return {step["step"]: step["done"] for step in profile.json()["onboarding"]}

    assert not any(done for step, done in (await steps()).items() if step != "warehouse")
    made = await platform.gateway.post(
        "/api/v1/campaigns", json=BRIEF, headers={"X-API-Key": key, "Idempotency-Key": "a"}
    )
    assert made.status_code == 201
    assert (await steps())["campaign"]


async def test_a_deleted_tenant_reaches_only_its_profile_and_comes_back_as_it_was(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    deleted = await delete(platform, tenant_id, key)
    assert deleted["status"] == "deleted"
    grace = datetime.fromisoformat(deleted["erase_after"]) - datetime.fromisoformat(deleted["deleted_at"])
    assert grace == timedelta(days=30)
    assert await campaigns(platform, key) == 403
    restored = await platform.gateway.post(f"/api/v1/tenants/{tenant_id}:restore", headers=operator(platform))
    assert (restored.status_code, restored.json()["status"]) == (200, "active")
    assert await campaigns(platform, key) == 200
    again = await platform.gateway.post(f"/api/v1/tenants/{tenant_id}:restore", headers=operator(platform))
    assert again.json()["code"] == "illegal_transition"


async def test_anothers_tenant_is_not_deleted(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    _, stranger = await platform.tenant()
    refused = await platform.gateway.delete(f"/api/v1/tenants/{tenant_id}", headers={"X-API-Key": stranger})
    assert refused.status_code == 404


async def _erase_due_in(days: int) -> None:
    former = clock.use(lambda: datetime.now(UTC).timestamp() + days * 86_400)
    try:
        context = RequestContext("req_erase", "0" * 32, "0" * 16, "tenant-management", "erase_tenants")
        await erase_due_tenants(Unit(context, "", ("tenant_erased",)))
    finally:
        clock.use(former)


async def test_a_legal_hold_keeps_a_tenant_from_being_deleted_and_from_being_erased(platform: LocalPlatform) -> None:
    mount_audit_key()
    tenant_id, key = await platform.tenant()
    holds, path = "/api/v1/privacy/legal-holds", f"/api/v1/tenants/{tenant_id}"
    as_operator = operator(platform) | {"X-Tenant-ID": tenant_id}
    held = await platform.gateway.post(holds, json={"reason": "case 7 O 12/26."}, headers={"X-API-Key": key})
    refused = await platform.gateway.delete(path, headers={"X-API-Key": key})
    assert (refused.status_code, "case 7 O 12/26." in refused.json()["detail"]) == (409, True)
    await platform.gateway.delete(f"{holds}/{held.json()['id']}", headers={"X-API-Key": key})
    await delete(platform, tenant_id, key)
    later = await platform.gateway.post(holds, json={"reason": "another case"}, headers=as_operator)
    assert later.status_code == 201, later.text
    await _erase_due_in(31)
    assert (await platform.gateway.get(path, headers=operator(platform))).json()["status"] == "deleted"
    await platform.gateway.delete(f"{holds}/{later.json()['id']}", headers=as_operator)
    await _erase_due_in(31)
    assert (await platform.gateway.get(path, headers=operator(platform))).json()["status"] == "erased"


async def test_after_the_grace_every_store_is_empty_and_certified_and_the_audit_chain_stands(
    platform: LocalPlatform,
) -> None:
    mount_audit_key()
    tenant_id, key = await platform.tenant()
    bystander, _ = await platform.tenant()
    storage().bucket("xynergy-content").blob(f"tenants/{tenant_id}/x.txt").upload_from_string("theirs")
    await redis().command("SET", f"cache:{tenant_id}:x:1", "1")
    await tenant_document(tenant_id, "folders", "0").collection("deep").document("1").set({"v": 1})
    await _member_of(tenant_id)
    await delete(platform, tenant_id, key)

    async def settled() -> bool:
        counted = await count_everything(tenant_id)
        recorded = [found.get("action") async for found in record_collection(tenant_id).stream()]
        return counted["rows"] >= 3 and len(recorded) >= 3

    await eventually(settled)
    await _erase_due_in(31)
    tombstone = (await platform.gateway.get(f"/api/v1/tenants/{tenant_id}", headers=operator(platform))).json()
    assert (tombstone["status"], tombstone["owner_email"], tombstone["name"]) == ("erased", None, "erased")
    assert await campaigns(platform, key) == 401

    certificate = json.loads(storage().bucket("xynergy-audit").blob(tombstone["certificate"]).download_as_bytes())
    signature = base64.b64decode(certificate.pop("signature"))
    assert verify_signature(public_keys(), certificate["key_id"], certificate, signature)
    stores = ("documents", "rows", "objects", "cache_keys", "api_keys", "api_key_uses", "members")
    assert all(certificate["erased"][store] > 0 for store in stores)
    left = await count_everything(tenant_id)
    assert [left[store] for store in ("objects", "api_keys", "api_key_uses", "members")] == [0, 0, 0, 0]

    async def recorded() -> bool:
        return "tenant_erased" in [found.get("action") async for found in record_collection(tenant_id).stream()]

    await eventually(recorded)
    await eventually(lambda: _erasure_taken_by_all(tenant_id))
    assert await redis_keys(tenant_id) == []  # nor did the handlers of the erasure's own event leave any
    assert (await verify_trail(tenant_id)).intact
    assert (await count_everything(bystander))["documents"] > 0
    as_operator = operator(platform) | {"X-Tenant-ID": tenant_id}
    added = await platform.gateway.post("/api/v1/campaigns", json=BRIEF, headers=as_operator)
    assert (added.status_code, "erased" in added.json()["detail"]) == (404, True)
    trail = await platform.gateway.get("/api/v1/audit-events?action=tenant_erased", headers=as_operator)
    assert (trail.status_code, len(trail.json()["items"])) == (200, 1)
    taken = await platform.gateway.post(
        "/api/v1/tenants", json={"name": "x", "owner_email": "a@b.co", "id": tenant_id}, headers=operator(platform)
    )
    assert taken.status_code == 409


async def test_a_write_of_a_handler_meanwhile_is_no_conflict_for_whoever_changes_the_tenant(
    platform: LocalPlatform,
) -> None:
    tenant_id, _ = await platform.tenant()
    path = f"/api/v1/tenants/{tenant_id}"

    async def writes() -> None:
        for _ in range(30):
            await tenant_reference(tenant_id).update({"warehouse": "ready"})

    writing = asyncio.create_task(writes())
    for verb, status in (("suspend", 200), ("suspend", 409), ("reactivate", 200), ("reactivate", 409)):
        answer = await platform.gateway.post(f"{path}:{verb}", json={}, headers=operator(platform))
        assert answer.status_code == status, answer.text
    await writing
