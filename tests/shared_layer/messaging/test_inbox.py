"""The inbox: whatever comes twice, late or in another order is done once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.subscribers import subscribed


@pytest.mark.parametrize("count", [150, pytest.param(1000, marks=pytest.mark.long)])
async def test_deliveries_tripled_and_shuffled_take_effect_once_each(platform: LocalPlatform, count: int) -> None:
    tenant_id, _ = await platform.tenant()
    async with subscribed(platform, "record_effect", "marketing-engine-events") as handler:
        handler.times, handler.jitter = 3, 0.1
        ids = await staging.campaign_events(tenant_id, count)

        async def all_delivered() -> bool:
            return handler.deliveries >= 3 * count

        await eventually(all_delivered, within=180)

        async def all_taken() -> bool:
            return len(await staging.documents(tenant_id, "effects")) >= count

        await eventually(all_taken, within=60)
        effects = Counter(effect["event_id"] for effect in await staging.documents(tenant_id, "effects"))
        assert set(effects) == ids
        assert set(effects.values()) == {1}


async def test_events_committed_while_the_subscriber_is_away_are_taken_when_it_is_back(
    platform: LocalPlatform,
) -> None:
    tenant_id, _ = await platform.tenant()
    async with subscribed(platform, "record_effect", "marketing-engine-events") as handler:
        handler.failing = True
        ids = await staging.campaign_events(tenant_id, 20)
        handler.failing = False

        async def all_taken() -> bool:
            return {effect["event_id"] for effect in await staging.documents(tenant_id, "effects")} == ids

        await eventually(all_taken)
