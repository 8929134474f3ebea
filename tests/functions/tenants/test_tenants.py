"""Tenants, through the gateway."""

from __future__ import annotations

import uuid
from collections import Counter

import httpx
import pytest
from google.api_core.exceptions import ServiceUnavailable

from shared_layer.storage.gcp_clients import bigquery
from shared_layer.tenants import warehouse
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

NEW = {"name": "Blue Bottle Books", "owner_email": "owner@books.example"}


def operator(platform: LocalPlatform, **headers: str) -> dict[str, str]:
    return {"X-API-Key": platform.operator_key, "Idempotency-Key": uuid.uuid4().hex, **headers}


async def test_a_new_tenant_has_a_key_that_opens_its_own_profile(platform: LocalPlatform) -> None:
    made = await platform.gateway.post("/api/v1/tenants", json=NEW, headers=operator(platform))
    assert made.status_code == 201
    tenant, key = made.json()["tenant"], made.json()["api_key"]["key"]
    assert key.startswith("xyn_live_")
    profile = await platform.gateway.get(f"/api/v1/tenants/{tenant['id']}", headers={"X-API-Key": key})
    assert profile.status_code == 200
    assert profile.json()["name"] == NEW["name"]
    assert profile.headers["etag"] == f'"{profile.json()["version"]}"'


async def test_a_new_tenants_dataset_is_there_within_seconds(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()

    async def ready() -> bool:
        profile = await platform.gateway.get(f"/api/v1/tenants/{tenant_id}", headers={"X-API-Key": key})
        return bool(profile.json()["warehouse"] == "ready")

    await eventually(ready)


async def test_a_provisioning_that_broke_off_goes_on_and_makes_nothing_twice(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BigQuery is away at first; then the dataset is made, and the answer is lost; then it is there already."""
    attempts: Counter[str] = Counter()
    make = warehouse._create_dataset

    def breaking_off(tenant_id: str) -> None:
        attempts[tenant_id] += 1
        if attempts[tenant_id] >= 2:
            make(tenant_id)
        if attempts[tenant_id] <= 2:
            raise ServiceUnavailable("the answer is lost")

    monkeypatch.setattr(warehouse, "_create_dataset", breaking_off)
    tenant_id, key = await platform.tenant()

    async def ready() -> bool:
        profile = await platform.gateway.get(f"/api/v1/tenants/{tenant_id}", headers={"X-API-Key": key})
        return bool(profile.json()["warehouse"] == "ready")

    await eventually(ready, within=60)
    assert attempts[tenant_id] == 3
    types = Counter(event["event_type"] for event in await staging.documents(tenant_id, "events"))
    assert (types["tenant_created"], types["api_key_created"]) == (1, 1)
    assert await staging.documents(tenant_id, "dead_letters") == []
    made = [one.dataset_id for one in bigquery().list_datasets() if tenant_id in one.dataset_id]
    assert made == [f"aso_tenant_{tenant_id}"]


async def test_the_same_idempotency_key_answers_the_same_tenant_and_the_same_api_key(platform: LocalPlatform) -> None:
    headers = operator(platform)
    first = await platform.gateway.post("/api/v1/tenants", json=NEW, headers=headers)
    second = await platform.gateway.post("/api/v1/tenants", json=NEW, headers=headers)
    assert second.content == first.content
    assert second.status_code == 201
    assert second.headers["idempotency-replayed"] == "true"


async def test_the_stored_answer_of_a_creation_does_not_show_the_api_key(platform: LocalPlatform) -> None:
    from shared_layer.storage.documents import tenant_collection

    headers = operator(platform)
    made = await platform.gateway.post("/api/v1/tenants", json=NEW, headers=headers)
    key = made.json()["api_key"]["key"].encode()
    records = [snapshot.to_dict() async for snapshot in tenant_collection("platform", "idempotency").stream()]
    assert records
    assert not any(key in record.get("body", b"") for record in records)


async def test_a_tenant_needs_an_idempotency_key(platform: LocalPlatform) -> None:
    refused = await platform.gateway.post("/api/v1/tenants", json=NEW, headers={"X-API-Key": platform.operator_key})
    assert refused.status_code == 400
    assert refused.json()["code"] == "idempotency_key_missing"


async def test_a_taken_id_is_a_conflict(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    again = await platform.gateway.post("/api/v1/tenants", json=NEW | {"id": tenant_id}, headers=operator(platform))
    assert again.status_code == 409


async def test_a_tenant_cannot_create_tenants(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    refused = await platform.gateway.post(
        "/api/v1/tenants", json=NEW, headers={"X-API-Key": key, "Idempotency-Key": uuid.uuid4().hex}
    )
    assert refused.status_code == 403
    assert refused.json()["code"] == "scope_missing"


async def test_anothers_profile_is_not_found(platform: LocalPlatform) -> None:
    other_id, _ = await platform.tenant()
    _, key = await platform.tenant()
    answer = await platform.gateway.get(f"/api/v1/tenants/{other_id}", headers={"X-API-Key": key})
    assert answer.status_code == 404


async def test_a_stale_etag_is_refused_and_a_fresh_one_taken(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    path, auth = f"/api/v1/tenants/{tenant_id}", {"X-API-Key": key}
    etag = (await platform.gateway.get(path, headers=auth)).headers["etag"]
    changed = await platform.gateway.patch(path, json={"currency": "EUR"}, headers=auth | {"If-Match": etag})
    assert (changed.status_code, changed.json()["currency"]) == (200, "EUR")
    stale = await platform.gateway.patch(path, json={"currency": "GBP"}, headers=auth | {"If-Match": etag})
    assert stale.status_code == 412
    without = await platform.gateway.patch(path, json={"currency": "GBP"}, headers=auth)
    assert without.status_code == 428


async def test_settings_are_checked_and_kept(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    path, auth = f"/api/v1/tenants/{tenant_id}", {"X-API-Key": key}
    etag = (await platform.gateway.get(path, headers=auth)).headers["etag"]
    wanted = {
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "owner_email": "new@tenant.example",
        "brand_terms": ["Acme", "acme ", "ACME Shoes"],
    }
    changed = await platform.gateway.patch(path, json=wanted | {"lookback_days": 30}, headers=auth | {"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert changed.json()["brand_terms"] == ["Acme", "ACME Shoes"]
    found = (await platform.gateway.get(path, headers=auth)).json()
    assert (found["timezone"], found["currency"], found["lookback_days"]) == ("Europe/Berlin", "EUR", 30)
    assert found["owner_email"] == "new@tenant.example"
    for bad in ({"timezone": "Mars/Olympus"}, {"currency": "euro"}, {"lookback_days": 0}, {"brand_terms": [""]}):
        refused = await platform.gateway.patch(path, json=bad, headers=auth | {"If-Match": '"2"'})
        assert refused.status_code == 422, bad


async def test_a_profile_shows_the_plans_limits(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant(plan="standard")
    limits = (await platform.gateway.get(f"/api/v1/tenants/{tenant_id}", headers={"X-API-Key": key})).json()["limits"]
    assert limits["requests_per_key"] == {"standard": 60, "expensive": 10, "ai": 30}
    assert limits["requests_per_tenant"]["standard"] == 600
    assert limits["monthly_quotas"]["ai_usd"] == 50_000_000


async def test_an_operator_changes_plan_and_status_by_patch_and_the_tenant_does_not(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    path = f"/api/v1/tenants/{tenant_id}"

    async def patch(changes: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        etag = (await platform.gateway.get(path, headers=headers)).headers["etag"]
        return await platform.gateway.patch(path, json=changes, headers=headers | {"If-Match": etag})

    assert (await patch({"status": "suspended"}, {"X-API-Key": key})).status_code == 403
    suspended = await patch({"status": "suspended", "plan": "scale"}, operator(platform))
    assert (suspended.json()["status"], suspended.json()["plan"]) == ("suspended", "scale")
    assert (await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": key})).status_code == 403
    assert (await patch({"status": "active"}, operator(platform))).status_code == 200
    assert (await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": key})).status_code == 200


async def test_a_tenant_cannot_change_its_own_plan(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant(plan="standard")
    refused = await platform.gateway.patch(
        f"/api/v1/tenants/{tenant_id}", json={"plan": "unlimited"}, headers={"X-API-Key": key, "If-Match": '"1"'}
    )
    assert refused.status_code == 403


async def test_a_suspended_tenant_reaches_its_profile_bill_and_exports_until_it_is_reactivated(
    platform: LocalPlatform,
) -> None:
    tenant_id, key = await platform.tenant()
    auth = {"X-API-Key": key}
    suspended = await platform.gateway.post(
        f"/api/v1/tenants/{tenant_id}:suspend", json={"reason": "unpaid"}, headers=operator(platform)
    )
    assert suspended.json()["status"] == "suspended"
    assert (await platform.gateway.get("/api/v1/campaigns", headers=auth)).json()["code"] == "tenant_suspended"
    open_still = (f"tenants/{tenant_id}", "quotas", "metrics/own", "audit-events:export", "privacy/requests/none")
    for path, status in zip(open_still, (200, 200, 200, 200, 404), strict=True):
        assert (await platform.gateway.get(f"/api/v1/{path}", headers=auth)).status_code == status, path
    again = await platform.gateway.post(f"/api/v1/tenants/{tenant_id}:suspend", json={}, headers=operator(platform))
    assert again.status_code == 409
    await platform.gateway.post(f"/api/v1/tenants/{tenant_id}:reactivate", json={}, headers=operator(platform))
    assert (await platform.gateway.get("/api/v1/campaigns", headers=auth)).status_code == 200


async def test_an_operator_names_an_existing_tenant(platform: LocalPlatform) -> None:
    unnamed = await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": platform.operator_key})
    assert unnamed.status_code == 400
    for hostile in ("nobody-here", "a/b", "__x__", "..", "platform"):
        answer = await platform.gateway.get("/api/v1/campaigns", headers=operator(platform, **{"X-Tenant-ID": hostile}))
        assert answer.status_code == 404, hostile
