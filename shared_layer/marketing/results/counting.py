"""Mails counted by what became of them: aggregations over indexes, which read no mail and are never out of step."""

from __future__ import annotations

import asyncio
from typing import Any

from shared_layer.marketing.mail.mail import COLLECTION
from shared_layer.marketing.mail.send import VariantCount
from shared_layer.storage.documents import tenant_collection


async def count(tenant_id: str, campaign_id: str, **wanted: Any) -> int:
    """How many mails of the campaign have all these values."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("campaign_id", "==", campaign_id))
    for name, value in wanted.items():
        found = found.where(filter=FieldFilter(name, "==", value))
    [[counted]] = await found.count().get()
    return int(counted.value)


async def test_counts(tenant_id: str, campaign_id: str, labels: list[str]) -> list[VariantCount]:
    """The test's variants: to how many people they went, how many clicked."""

    async def of(label: str) -> VariantCount:
        mine = {"test": True, "variant": label, "round": 1, "state": "sent"}
        recipients, clicks = await asyncio.gather(
            count(tenant_id, campaign_id, **mine), count(tenant_id, campaign_id, **mine, clicked=True)
        )
        return VariantCount(label=label, recipients=recipients, clicks=min(clicks, recipients))

    return list(await asyncio.gather(*[of(label) for label in labels]))
