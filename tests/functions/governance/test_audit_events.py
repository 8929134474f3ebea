"""The audit trail, through the gateway."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.cloud.firestore import FieldFilter

from infra.local.options import ROOT
from shared_layer.core.context import RequestContext
from shared_layer.governance.chain import head_document, record_collection
from shared_layer.governance.checkpoint_store import read_checkpoints
from shared_layer.governance.checkpointing import checkpoint, checkpoint_all
from shared_layer.governance.signing import public_pem
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import storage
from tests.functions.governance.audit_key import mount_audit_key
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BRIEF = {"business_type": "Books", "target_audience": "Readers", "budget_range": "$100-$200", "name": "Ada's sale"}


@pytest.fixture(autouse=True)
def _audit_key(platform: LocalPlatform) -> None:
    mount_audit_key()


async def audit(platform: LocalPlatform, key: str, verb: str = "", **wanted: Any) -> httpx.Response:
    path = f"/api/v1/audit-events{verb}"
    answer = await platform.gateway.get(path, params=wanted, headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    return answer


async def actions(platform: LocalPlatform, key: str, **wanted: Any) -> list[str]:
    return [item["action"] for item in (await audit(platform, key, **wanted)).json()["items"]]


async def busy_tenant(platform: LocalPlatform) -> tuple[str, str]:
    """A tenant whose creation and campaign are recorded."""
    tenant_id, key = await platform.tenant()
    made = await platform.gateway.post(
        "/api/v1/campaigns", json=BRIEF, headers={"X-API-Key": key, "Idempotency-Key": "one"}
    )
    assert made.status_code == 201, made.text

    async def recorded() -> bool:
        found = [each.get("action") async for each in record_collection(tenant_id).stream()]
        return {"tenant_created", "api_key_created", "campaign_created"} <= set(found)

    await eventually(recorded)
    return tenant_id, key


async def record_number(tenant_id: str, seq: int) -> Any:
    query = record_collection(tenant_id).where(filter=FieldFilter("seq", "==", seq))
    (record,) = await query.get()
    return record


async def test_every_event_of_every_service_is_recorded_without_personal_texts(platform: LocalPlatform) -> None:
    tenant_id, key = await busy_tenant(platform)
    found = (await audit(platform, key, action="campaign_created")).json()["items"]
    assert len(found) == 1
    assert found[0]["resource"].startswith("campaign/cmp_")
    assert found[0]["tenant_id"] == tenant_id
    everything = (await audit(platform, key, ":export")).text
    assert "Ada" not in everything
    assert '"commitment"' in everything


async def test_reading_listing_and_exporting_are_recorded_with_who_did_it(platform: LocalPlatform) -> None:
    _, key = await busy_tenant(platform)
    await audit(platform, key, action="tenant_created")
    await audit(platform, key, ":verify")
    await audit(platform, key, ":export")

    async def recorded() -> bool:
        found = (await audit(platform, key, action="audit_events_read")).json()["items"]
        return {"list", "verify", "export"} <= {item["facts"]["way"] for item in found}

    await eventually(recorded)
    principal = key.split("_")[2]
    mine = set(await actions(platform, key, actor=principal))
    assert {"audit_events_read", "campaign_created"} <= mine  # what the key did, whichever service told of it
    assert "tenant_created" not in mine  # the operator did that


async def test_a_list_is_filtered_and_paged_without_a_gap(platform: LocalPlatform) -> None:
    _, key = await busy_tenant(platform)
    for _ in range(3):
        await audit(platform, key)

    async def several() -> bool:
        return len(await actions(platform, key, action="audit_events_read")) >= 3

    await eventually(several)
    first = (await audit(platform, key, limit=2)).json()
    second = (await audit(platform, key, limit=2, cursor=first["next_cursor"])).json()
    numbers = [item["seq"] for item in first["items"] + second["items"]]
    assert numbers == list(range(numbers[0], numbers[0] - 4, -1))
    middle = second["items"][0]["recorded_at"]
    later = (await audit(platform, key, since=middle)).json()["items"]
    assert min(item["recorded_at"] for item in later) == middle
    campaign = (await audit(platform, key, action="campaign_created")).json()["items"][0]["resource"]
    assert await actions(platform, key, resource=campaign) == ["campaign_created"]


async def test_another_tenants_trail_is_not_seen(platform: LocalPlatform) -> None:
    tenant_id, _ = await busy_tenant(platform)
    _, stranger = await busy_tenant(platform)
    assert tenant_id not in (await audit(platform, stranger, ":export")).text


async def test_a_checkpoint_is_signed_once_for_each_head_and_a_tampered_chain_is_not(platform: LocalPlatform) -> None:
    tenant_id, key = await busy_tenant(platform)
    assert (await checkpoint(tenant_id)).intact
    signed = await read_checkpoints(tenant_id)
    assert (await checkpoint(tenant_id)).intact
    head = (await head_document(tenant_id).get()).to_dict() or {}
    assert signed[0].seq <= head["seq"]
    assert (await audit(platform, key, ":verify")).json()["intact"]
    record = await record_number(tenant_id, 2)
    await record.reference.update({"actor": "somebody-else"})
    verdict = (await audit(platform, key, ":verify")).json()
    assert (verdict["intact"], verdict["first_bad_seq"]) == (False, 2)
    await record.reference.update({"actor": record.get("actor")})
    assert (await audit(platform, key, ":verify")).json()["intact"]
    await record.reference.delete()
    assert (await audit(platform, key, ":verify")).json()["first_bad_seq"] == 2


async def test_a_break_since_the_last_checkpoint_is_alerted_and_not_signed(platform: LocalPlatform) -> None:
    tenant_id, _ = await busy_tenant(platform)
    record = await record_number(tenant_id, 1)
    await record.reference.update({"occurred_at": "2020-01-01T00:00:00.000000Z"})
    context = RequestContext("req_checkpoint", "0" * 32, "0" * 16, "security-governance", "checkpoint_audit")
    unit = Unit(context, "", ("audit_chain_broken",))
    await checkpoint_all(unit)
    told = {event.tenant_id: event.payload for event in unit.events}
    assert told[tenant_id]["first_bad_seq"] == 1
    assert await read_checkpoints(tenant_id) == []


async def test_the_hourly_checkpoint_reads_two_of_however_many_there_are_and_all_are_verified_when_asked(
    platform: LocalPlatform,
) -> None:
    tenant_id, key = await busy_tenant(platform)
    for number in range(3):
        assert (await checkpoint(tenant_id)).intact
        former = (await head_document(tenant_id).get()).get("seq")
        await audit(platform, key, limit=number + 1)
        await eventually(lambda former=former: _grown(tenant_id, former))  # type: ignore[misc]
    verdict = await checkpoint(tenant_id)
    assert (verdict.intact, verdict.checkpoints) == (True, 2)
    signed = await read_checkpoints(tenant_id)
    assert len(signed) >= 4
    assert (await audit(platform, key, ":verify")).json()["checkpoints"] == len(signed)
    storage().bucket("xynergy-audit").blob(f"checkpoints/{tenant_id}/{signed[0].seq:016d}.json").delete()
    assert (await audit(platform, key, ":verify")).json()["reason"] == "a checkpoint is missing, or out of order"
    storage().bucket("xynergy-audit").blob(f"checkpoints/{tenant_id}/{signed[-2].seq:016d}.json").delete()
    assert (await checkpoint(tenant_id)).reason == "a checkpoint is missing, or out of order"


async def _grown(tenant_id: str, former: int) -> bool:
    return int((await head_document(tenant_id).get()).get("seq")) > former


async def _alerts() -> dict[str, tuple[int, str]]:
    """What the hourly checkpoint tells of: tenant → first bad number and reason."""
    context = RequestContext("req_checkpoint", "0" * 32, "0" * 16, "security-governance", "checkpoint_audit")
    unit = Unit(context, "", ("audit_chain_broken",))
    await checkpoint_all(unit)
    return {each.tenant_id: (each.payload["first_bad_seq"], each.payload["reason"]) for each in unit.events}


async def test_a_chain_whose_head_or_whole_self_is_removed_is_alerted(platform: LocalPlatform) -> None:
    (headless, _), (gone, key), (never_signed, _) = [await busy_tenant(platform) for _ in range(3)]
    for tenant_id in (headless, gone):
        assert (await checkpoint(tenant_id)).intact
    signed = (await read_checkpoints(headless))[0].seq
    for tenant_id in (headless, gone, never_signed):
        await head_document(tenant_id).delete()
    async for record in record_collection(gone).stream():
        await record.reference.delete()
    told = await _alerts()
    assert told.keys() >= {headless, gone, never_signed}
    assert told[headless][0] >= signed
    assert not (await audit(platform, key, ":verify")).json()["intact"]


async def test_a_checkpoint_that_was_overwritten_is_alerted_and_keeps_no_other_chain_back(
    platform: LocalPlatform,
) -> None:
    (damaged, key), (unsigned, _), (whole, _) = [await busy_tenant(platform) for _ in range(3)]
    for tenant_id, content in ((damaged, b"\x00 no JSON"), (unsigned, None)):
        assert (await checkpoint(tenant_id)).intact
        [made] = await read_checkpoints(tenant_id)
        blob = storage().bucket("xynergy-audit").blob(f"checkpoints/{tenant_id}/{made.seq:016d}.json")
        made.signature = "no base64!"
        blob.upload_from_string(content or made.model_dump_json())
    told = await _alerts()
    assert {told[tenant_id][1] for tenant_id in (damaged, unsigned)} == {"the checkpoint's signature is not ours"}
    assert whole not in told
    assert len(await read_checkpoints(whole)) == 1
    assert not (await audit(platform, key, ":verify")).json()["intact"]


async def test_a_truncated_tail_is_found_by_the_signed_checkpoint(platform: LocalPlatform) -> None:
    tenant_id, key = await busy_tenant(platform)
    verdict = await checkpoint(tenant_id)
    records = [found async for found in record_collection(tenant_id).order_by("seq").stream()]
    for found in records[1:]:
        await found.reference.delete()
    await head_document(tenant_id).update({"seq": 1, "hash": records[0].get("hash")})
    assert verdict.last_seq > 1
    answer = (await audit(platform, key, ":verify")).json()
    assert (answer["intact"], answer["first_bad_seq"]) == (False, 2)


async def test_an_export_is_verified_by_a_program_of_its_own(platform: LocalPlatform, tmp_path: Path) -> None:
    tenant_id, key = await busy_tenant(platform)
    await checkpoint(tenant_id)
    export, public_key = tmp_path / "export.jsonl", tmp_path / "audit.pub"
    export.write_bytes((await audit(platform, key, ":export")).content)
    public_key.write_bytes(public_pem())

    def verify() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "shared_layer.governance.verify", str(export), "--public-key", str(public_key)]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={}, check=False)

    good = verify()
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("intact: ")
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    lines[1]["record"]["action"] = "nothing_happened"
    export.write_text("\n".join(json.dumps(line) for line in lines))
    bad = verify()
    assert (bad.returncode, bad.stdout.split(":")[0]) == (1, "BROKEN at 2")
