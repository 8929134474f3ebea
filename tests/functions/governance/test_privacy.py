"""Requests of data subjects, through the gateway."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from shared_layer.access import door_decisions
from shared_layer.access.credentials import epoch_key
from shared_layer.access.members import Member, member_reference
from shared_layer.core import clock
from shared_layer.governance.chain import record_collection, salt_document
from shared_layer.governance.commitment import subject_key
from shared_layer.governance.places import query, shared_tables
from shared_layer.governance.signing import public_keys, verify_signature
from shared_layer.governance.subject import Subject
from shared_layer.governance.subject_search import find_subject
from shared_layer.governance.trail import verify_trail
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore, storage
from shared_layer.storage.redis import redis
from tests.functions.governance.audit_key import mount_audit_key
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

ADA = "ada@lovelace.example"
BRIEF = {
    "business_type": f"Bookshop of {ADA}",
    "target_audience": f"Readers such as {ADA.upper()}",
    "budget_range": "$100-$200",
    "name": f"For {ADA}",
}


@pytest.fixture(autouse=True)
def _audit_key(platform: LocalPlatform) -> None:
    mount_audit_key()


async def ask(platform: LocalPlatform, key: str, **body: Any) -> httpx.Response:
    return await platform.gateway.post("/api/v1/privacy/requests", json=body, headers={"X-API-Key": key})


async def done(platform: LocalPlatform, key: str, request_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}

    async def finished() -> bool:
        answer = await platform.gateway.get(f"/api/v1/privacy/requests/{request_id}", headers={"X-API-Key": key})
        shown.update(answer.json())
        return bool(shown["status"] == "done")

    await eventually(finished, within=60)
    return shown


async def places_of(tenant_id: str, subject: Subject) -> list[str]:
    return [find.store async for find in find_subject(tenant_id, subject, "")]


async def tenant_with_ada(platform: LocalPlatform) -> tuple[str, str]:
    """A tenant that knows Ada in documents, events, rows, objects and the cache."""
    tenant_id, key = await platform.tenant()
    made = await platform.gateway.post(
        "/api/v1/campaigns", json=BRIEF, headers={"X-API-Key": key, "Idempotency-Key": "one"}
    )
    assert made.status_code == 201, made.text
    await tenant_document(tenant_id, "contacts", "con_ada").set({"email": ADA, "name": "Ada"})
    await tenant_document(tenant_id, "notes", "n1").set({"text": f"met {ADA}", "about": ["con_ada"]})
    await tenant_document(tenant_id, "notes", "n2").set({"text": "met not" + ADA})
    storage().bucket("xynergy-content").blob(f"tenants/{tenant_id}/a.txt").upload_from_string(f"Dear {ADA}")
    await redis().command("SET", f"cache:{tenant_id}:x:1", json.dumps([0, ADA]))
    door_decisions.note(tenant_id, json.dumps({"path": f"/api/v1/things/{ADA}"}).encode(), "allow")
    await door_decisions.flush()

    async def in_every_store() -> bool:
        table = shared_tables()[0]
        sql = f"SELECT COUNT(*) AS n FROM `{table}` WHERE tenant_id = @t AND timestamp > TIMESTAMP '2000-01-01'"
        rows = (await query(sql, t=tenant_id))[0]["n"]
        recorded = [found.get("action") async for found in record_collection(tenant_id).stream()]
        return rows >= 3 and "campaign_created" in recorded

    await eventually(in_every_store)
    return tenant_id, key


async def test_an_erasure_leaves_no_hit_in_any_store_and_the_audit_chain_whole(platform: LocalPlatform) -> None:
    tenant_id, key = await tenant_with_ada(platform)
    subject = Subject(ADA, "con_ada")
    assert set(await places_of(tenant_id, subject)) == {"documents", "rows", "objects", "cache_keys"}
    salt = salt_document(tenant_id, subject_key("email", ADA))
    assert (await salt.get()).exists
    made = await ask(platform, key, kind="erasure", email=ADA, contact_id="con_ada")
    assert made.status_code == 201, made.text
    assert ADA not in made.text
    shown = await done(platform, key, made.json()["id"])
    assert await places_of(tenant_id, subject) == []
    assert not (await salt.get()).exists
    assert ADA.encode() not in b"".join(await redis().command("LRANGE", f"decisions:{tenant_id}", 0, -1))
    assert (await verify_trail(tenant_id)).intact
    assert not (await tenant_document(tenant_id, "contacts", "con_ada").get()).exists
    assert (await tenant_document(tenant_id, "notes", "n1").get()).get("text") == "met [erased]"
    assert (await tenant_document(tenant_id, "notes", "n2").get()).get("text") == "met not" + ADA
    assert all(shown["found"][store] > 0 for store in ("documents", "rows", "objects", "cache_keys", "salts"))

    certificate = json.loads(storage().bucket("xynergy-audit").blob(shown["certificate"]).download_as_bytes())
    assert certificate["found_again"] == 0
    assert ADA not in json.dumps(certificate)
    signature = base64.b64decode(certificate.pop("signature"))
    assert verify_signature(public_keys(), certificate["key_id"], certificate, signature)


async def test_a_members_own_record_is_found_exported_and_erased_with_what_it_opened(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    other_id, _ = await platform.tenant()
    subject, moment = Subject(ADA, None), clock.utcnow()
    for number, at in enumerate((tenant_id, other_id)):
        member = Member(
            id=f"{at}-{number}", tenant_id=at, email=ADA, role="editor", created_at=moment, updated_at=moment
        )
        await member_reference(member.id).set(member.model_dump())
    finds = [find async for find in find_subject(tenant_id, subject, "")]
    assert [(find.place, find.content["role"]) for find in finds] == [(f"members/{tenant_id}-0", "editor")]
    epoch = await redis().command("GET", epoch_key(tenant_id))
    await finds[0].erase()
    assert await places_of(tenant_id, subject) == []
    assert await redis().command("GET", epoch_key(tenant_id)) != epoch
    assert await places_of(other_id, subject) == ["documents"], "another tenant's member is another matter"


async def test_what_is_written_while_a_subject_is_struck_out_is_not_undone(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    subject, note = Subject(ADA, None), tenant_document(tenant_id, "notes", "n1")
    await note.set({"text": f"met {ADA}", "a.b": ADA, ADA: 1, "views": 1, "at": clock.utcnow()})
    [find] = [find async for find in find_subject(tenant_id, subject, "")]
    await note.update({"views": 2})
    await find.erase()
    assert (await note.get()).get("views") == 2
    [find] = [find async for find in find_subject(tenant_id, subject, "")]
    await find.erase()
    left = (await note.get()).to_dict() or {}
    assert {name: left[name] for name in left if name != "at"} == {
        "text": "met [erased]", "a.b": "[erased]", "[erased]": 1, "views": 2,
    }  # fmt: skip


async def contact_of_ada(platform: LocalPlatform, key: str) -> str:
    """A contact of the CRM with two addresses, a note that names neither, and a deal."""
    crm, auth = "/api/xynergyos/v2/crm", {"X-API-Key": key}
    made = await platform.gateway.post(
        f"{crm}/contacts",
        json={"name": "Ada Lovelace", "emails": [ADA, "countess@lovelace.example"]},
        headers=auth | {"Idempotency-Key": "ada"},
    )
    assert made.status_code == 201, made.text
    contact_id: str = made.json()["id"]
    note = await platform.gateway.post(
        f"{crm}/notes", json={"text": "Prefers tea.", "contact_id": contact_id}, headers=auth
    )
    assert note.status_code == 201, note.text
    task = await platform.gateway.post(f"{crm}/tasks", json={"title": "Call", "contact_id": contact_id}, headers=auth)
    assert task.status_code == 201, task.text
    deal = {"title": f"Engine for {ADA}", "amount_minor": 1200, "contact_id": contact_id}
    made = await platform.gateway.post(f"{crm}/deals", json=deal, headers=auth)
    assert made.status_code == 201, made.text
    return contact_id


@pytest.mark.parametrize("by", ["email", "contact_id"])
async def test_an_erasure_by_one_address_or_by_the_id_takes_the_whole_contact(platform: LocalPlatform, by: str) -> None:
    tenant_id, key = await platform.tenant()
    contact_id = await contact_of_ada(platform, key)
    await tenant_document(tenant_id, "notes", "n1").set({"text": "wrote to countess@lovelace.example"})
    profile = {"id": "U1", "email": "countess@lovelace.example", "name": "Ada Lovelace"}
    await tenant_document(tenant_id, "slack_users", "U1").set(profile)
    named = {"email": ADA} if by == "email" else {"contact_id": contact_id}
    shown = await done(platform, key, (await ask(platform, key, kind="erasure", **named)).json()["id"])
    assert shown["certificate"]
    everything = Subject(ADA, contact_id, ("countess@lovelace.example",))
    assert await places_of(tenant_id, everything) == []
    assert (await tenant_document(tenant_id, "notes", "n1").get()).get("text") == "wrote to [erased]"
    async for collection in firestore().collection("tenants").document(tenant_id).collections():
        async for snapshot in collection.stream():
            told = str(snapshot.to_dict())
            assert "Lovelace" not in told, snapshot.reference.path
            assert "Prefers tea" not in told, snapshot.reference.path
    deals = await platform.gateway.get("/api/xynergyos/v2/crm/deals", headers={"X-API-Key": key})
    counted = await platform.gateway.get("/api/xynergyos/v2/crm/statistics", headers={"X-API-Key": key})
    assert counted.json()["contacts"]["total"] == 0, counted.text
    assert not counted.json()["tasks"].get("open")
    kept = [(deal["title"], deal["amount_minor"], deal["contact_id"]) for deal in deals.json()["items"]]
    assert kept == [("Engine for [erased]", 1200, None)], "the business's own figures stay"


async def test_a_hold_on_an_address_refuses_the_erasure_of_the_contact_that_has_it(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    contact_id = await contact_of_ada(platform, key)
    hold = {"reason": "court order", "email": "countess@lovelace.example"}
    await platform.gateway.post("/api/v1/privacy/legal-holds", json=hold, headers={"X-API-Key": key})
    for named in ({"contact_id": contact_id}, {"email": ADA}):
        refused = (await ask(platform, key, kind="erasure", **named)).json()
        assert (refused["status"], "court order" in refused["refused_because"]) == ("refused", True)


async def test_an_export_shows_every_place_and_a_later_erasure_takes_it_along(platform: LocalPlatform) -> None:
    tenant_id, key = await tenant_with_ada(platform)
    made = await ask(platform, key, kind="export", email=ADA, contact_id="con_ada")
    shown = await done(platform, key, made.json()["id"])
    export = await platform.gateway.get(shown["result"], headers={"X-API-Key": key})
    assert export.status_code == 200
    places = export.json()["places"]
    assert {place["store"] for place in places} == {"documents", "rows", "objects", "cache_keys"}
    own = next(place for place in places if place["place"].endswith("contacts/con_ada"))
    assert own["content"] == {"email": ADA, "name": "Ada"}
    _, stranger = await platform.tenant()
    assert (await platform.gateway.get(shown["result"], headers={"X-API-Key": stranger})).status_code == 404

    erasure = await ask(platform, key, kind="erasure", email=ADA, contact_id="con_ada")
    await done(platform, key, erasure.json()["id"])
    assert (await platform.gateway.get(shown["result"], headers={"X-API-Key": key})).status_code == 404
    assert await places_of(tenant_id, Subject(ADA, None)) == []


async def test_a_request_is_due_within_30_days_and_names_somebody(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = (await ask(platform, key, kind="export", email=ADA)).json()
    span = datetime.fromisoformat(made["due_at"]) - datetime.fromisoformat(made["created_at"])
    assert span == timedelta(days=30)
    assert (await ask(platform, key, kind="export")).status_code == 422
    listed = await platform.gateway.get("/api/v1/privacy/requests", headers={"X-API-Key": key})
    assert [item["id"] for item in listed.json()["items"]] == [made["id"]]


async def test_a_legal_hold_refuses_an_erasure_with_its_reason_until_it_is_released(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    auth = {"X-API-Key": key}
    held = await platform.gateway.post(
        "/api/v1/privacy/legal-holds", json={"reason": "court order 7 O 12/26", "email": ADA}, headers=auth
    )
    assert held.status_code == 201
    assert ADA not in held.text
    refused = (await ask(platform, key, kind="erasure", email=ADA.upper())).json()
    assert (refused["status"], "court order 7 O 12/26" in refused["refused_because"]) == ("refused", True)
    assert (await ask(platform, key, kind="erasure", email="bob@lovelace.example")).json()["status"] == "received"
    hold = f"/api/v1/privacy/legal-holds/{held.json()['id']}"
    assert (await platform.gateway.delete(hold, headers=auth)).status_code == 204
    assert (await ask(platform, key, kind="erasure", email=ADA)).json()["status"] == "received"


async def test_the_accounts_owner_is_not_erased_while_the_account_stands(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    refused = (await ask(platform, key, kind="erasure", email="owner@tenant.example")).json()
    assert refused["status"] == "refused"
    assert "owner" in refused["refused_because"]


async def test_another_tenants_request_is_not_found(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    _, stranger = await platform.tenant()
    made = (await ask(platform, key, kind="export", email=ADA)).json()
    answer = await platform.gateway.get(f"/api/v1/privacy/requests/{made['id']}", headers={"X-API-Key": stranger})
    assert answer.status_code == 404
