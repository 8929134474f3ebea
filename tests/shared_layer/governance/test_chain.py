"""The chain in Firestore, appended to by several instances at once."""

from __future__ import annotations

import asyncio
import random

from shared_layer.governance.chain import append_all, record_collection, salt_document
from shared_layer.governance.commitment import subject_key
from shared_layer.governance.group_commit import GroupCommit
from shared_layer.governance.trail import verify_trail
from shared_layer.messaging.envelope import Envelope
from tests.shared_layer.governance.chains import envelope
from tests.support.platform import LocalPlatform


async def test_four_instances_append_each_event_once_without_a_gap(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    instances: list[GroupCommit[Envelope, int]] = [GroupCommit(append_all) for _ in range(4)]
    events = [envelope(number, tenant_id=tenant_id) for number in range(100)] * 3
    random.Random(7).shuffle(events)
    calls = [random.Random(n).choice(instances).add(tenant_id, event) for n, event in enumerate(events)]
    numbers = await asyncio.gather(*calls)
    seen: dict[str, int] = {}
    for event, number in zip(events, numbers, strict=True):
        assert seen.setdefault(event.event_id, number) == number
    verdict = await verify_trail(tenant_id)
    assert verdict.intact, verdict.reason
    assert verdict.records >= 100
    stored = [found.get("event_id") async for found in record_collection(tenant_id).stream()]
    assert len(stored) == len(set(stored))
    assert set(seen) <= set(stored)


async def test_a_destroyed_salt_leaves_the_chain_as_it_is(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    about = {"contact_id": "con_9", "email": "ada@example.com"}
    await append_all(tenant_id, [envelope(1, about, tenant_id)])
    salt = salt_document(tenant_id, subject_key("contact", "con_9"))
    assert (await salt.get()).exists
    await salt.delete()
    assert (await verify_trail(tenant_id)).intact
    stored = (await record_collection(tenant_id).document("event-1").get()).to_dict()
    assert "ada" not in str(stored)
