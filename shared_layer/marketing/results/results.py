"""A campaign's results: counted now, each rate with its 95 % interval."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.marketing.mail.halting import mailing
from shared_layer.marketing.mail.send import AbDecision
from shared_layer.marketing.mail.send import State as MailingState
from shared_layer.marketing.results.counting import count
from shared_layer.marketing.results.statistics import wilson
from shared_layer.marketing.store import get_campaign

FLAGS: Final = ("delivered", "bounced", "complained", "opened", "clicked", "unsubscribed")
STATES: Final = ("held", "waiting", "sending", "sent", "skipped", "failed", "in_doubt")


class Rate(Model):
    """A rate of the mails that were sent, 0 to 1, and between what it truly lies, 19 times in 20."""

    value: float
    low: float
    high: float


class VariantResults(Model):
    """One wording in one round. `clicked` counts people, each once; `opened` is inflated by readers that load ahead."""

    variant: str
    round: int
    sent: int
    delivered: int = Field(description="As the provider told; 0 where it tells nothing.")
    bounced: int
    complained: int
    opened: int
    clicked: int
    unsubscribed: int
    click_rate: Rate
    unsubscribe_rate: Rate


class CampaignResults(Model):
    """What became of a campaign's mails. `states` counts all of them, those that wait included."""

    campaign_id: str
    status: str
    mailing: MailingState | None
    audience: int
    unreachable: int = Field(description="Contacts of the segment without an address.")
    states: dict[str, int]
    sent: int
    delivered: int
    bounced: int
    complained: int
    opened: int
    clicked: int
    unsubscribed: int
    click_rate: Rate
    variants: list[VariantResults]
    decision: AbDecision | None
    counted_at: datetime
    notice: str | None = None


async def campaign_results(campaign_id: str, caller: Caller) -> CampaignResults:
    """The results. Raises NotFound."""
    campaign = await get_campaign(campaign_id, caller)
    send = await mailing(campaign_id, caller.tenant_id)
    tenant_id = caller.tenant_id
    labels = [one.label for one in campaign.mail.variants] if campaign.mail else []
    rounds = (1, 2) if send and send.resent_at else (1,)
    states, *variants = await asyncio.gather(
        _states(tenant_id, campaign_id),
        *[_variant(tenant_id, campaign_id, label, round) for round in rounds for label in labels],
    )
    sums = {name: sum(getattr(one, name) for one in variants) for name in (*FLAGS, "sent")}
    return CampaignResults(
        campaign_id=campaign_id,
        status=campaign.status,
        mailing=send.state if send else None,
        audience=send.audience if send else 0,
        unreachable=send.unreachable if send else 0,
        states=states,
        **sums,
        click_rate=_rate(sums["clicked"], sums["sent"]),
        variants=variants,
        decision=send.decision if send else None,
        counted_at=clock.utcnow(),
        notice=None if campaign.mail else "This campaign has no mail: set `mail` while it is a draft.",
    )


async def _states(tenant_id: str, campaign_id: str) -> dict[str, int]:
    counts = await asyncio.gather(*[count(tenant_id, campaign_id, state=state) for state in STATES])
    return {state: number for state, number in zip(STATES, counts, strict=True) if number}


async def _variant(tenant_id: str, campaign_id: str, label: str, round: int) -> VariantResults:
    mine = {"variant": label, "round": round}
    sent, *flagged = await asyncio.gather(
        count(tenant_id, campaign_id, **mine, state="sent"),
        *[count(tenant_id, campaign_id, **mine, **{flag: True}) for flag in FLAGS],
    )
    told = dict(zip(FLAGS, flagged, strict=True))
    return VariantResults(
        variant=label,
        round=round,
        sent=sent,
        **told,
        click_rate=_rate(told["clicked"], sent),
        unsubscribe_rate=_rate(told["unsubscribed"], sent),
    )


def _rate(some: int, all_of_them: int) -> Rate:
    some = min(some, all_of_them)
    low, high = wilson(some, all_of_them)
    value = some / all_of_them if all_of_them else 0.0
    return Rate(value=round(value, 6), low=round(low, 6), high=round(high, 6))
