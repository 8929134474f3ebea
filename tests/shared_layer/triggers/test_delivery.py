"""What becomes of an event whose handler fails: an outage is outlasted, a fault of its own ends as a dead letter."""

from __future__ import annotations

from typing import Any

from shared_layer.messaging.events.marketing import CampaignCreated
from shared_layer.messaging.unit import Unit
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.subscribers import subscribed
from tests.support.triggers.runtime.fail_as_told import AWAY_FOR


async def _emitted(tenant_id: str, data: dict[str, Any]) -> str:
    unit = Unit(staging.context("marketing-engine", tenant_id), tenant_id, ("campaign_created",))
    event_id = unit.emit(CampaignCreated(campaign_id="cmp_1", data=data)).event_id
    await unit.commit()
    return event_id


async def test_an_outage_is_outlasted_and_a_fault_of_its_own_is_a_dead_letter_after_five_attempts(
    platform: LocalPlatform,
) -> None:
    tenant_id, _ = await platform.tenant()
    async with subscribed(platform, "fail_as_told", "marketing-engine-events"):
        outlasting = await _emitted(tenant_id, {"fails": "for a while"})
        failing = await _emitted(tenant_id, {"fails": "for good"})

        async def settled() -> bool:
            done = await staging.documents(tenant_id, "outlasted")
            return len(done) == 1 and len(await staging.documents(tenant_id, "dead_letters")) == 1

        await eventually(settled, within=60)
    [done] = await staging.documents(tenant_id, "outlasted")
    assert done == {"event_id": outlasting, "attempt": AWAY_FOR + 1}
    [letter] = await staging.documents(tenant_id, "dead_letters")
    assert (letter["event_id"], letter["handler"], letter["attempts"]) == (failing, "fail_as_told", 5)
    assert letter["reason"] == "ValueError: a fault of its own"
