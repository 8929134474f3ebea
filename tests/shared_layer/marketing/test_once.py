"""Each mail once: deliveries doubled, interleaved and cut off at any moment, by providers with keys and without."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

import pytest

from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from shared_layer.marketing.mail.collecting import collect_part
from shared_layer.marketing.mail.send import Send, send_document
from shared_layer.marketing.mail.sending import send_turn
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.events.marketing import CampaignAudienceDue, CampaignSendDue
from shared_layer.messaging.registry import EventPayload
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from tests.support.campaigns import Marketing, new_marketing
from tests.support.eventually import eventually
from tests.support.mail_doubles import MailDouble, ResendDouble, SendGridDouble, served
from tests.support.platform import LocalPlatform

EMITS = ("campaign_mail_sent", "campaign_send_due", "campaign_audience_due", "campaign_status_changed")


class Undelivered(Unit):
    """A unit whose next turns are not told to the platform: the test is the deliverer."""

    def emit(self, payload: EventPayload, tenant_id: str = "") -> Envelope:
        if isinstance(payload, CampaignSendDue | CampaignAudienceDue):
            return None  # type: ignore[return-value]
        return super().emit(payload, tenant_id)


def unit_of(market: Marketing) -> Undelivered:
    deadline = asyncio.get_running_loop().time() + 60
    context = RequestContext(
        request_id="req_test", trace_id="0" * 32, span_id="0" * 16, service="marketing-engine",
        function="send_campaign", deadline=deadline,
    )  # fmt: skip
    return Undelivered(context, market.tenant_id, EMITS)


async def collected(market: Marketing, **mail: Any) -> str:
    """A campaign whose audience is taken, and of which no mail has left."""
    campaign_id = await market.campaign(frequency_cap=None, **mail)
    await tenant_document(market.tenant_id, CAMPAIGNS, campaign_id).update({"status": "running"})
    moment = clock.utcnow()
    send = Send(id=campaign_id, created_at=moment, updated_at=moment)
    await send_document(market.tenant_id, campaign_id).set(send.model_dump())

    async def unlimited(tenant_id: str, consumption_id: str, amount: int) -> None:
        return None

    after: str | None = None
    while (await send_document(market.tenant_id, campaign_id).get()).get("state") == "collecting":
        from shared_layer.marketing.audience.segment import get_segment
        from shared_layer.marketing.audience.walking import next_part

        for _ in range(2):  # a delivery that comes twice
            unit = unit_of(market)
            await collect_part(CampaignAudienceDue(campaign_id=campaign_id, after=after), unit, unlimited)
            await unit.commit()
            if (await send_document(market.tenant_id, campaign_id).get()).get("state") != "collecting":
                break
        setup = await market.done("GET", f"/campaigns/{campaign_id}")
        segment = await get_segment(setup["mail"]["segment_id"], market.tenant_id)
        after = (await next_part(market.tenant_id, segment.rule, after, clock.utcnow())).last
    return campaign_id


async def storm(market: Marketing, campaign_id: str, seed: int, at_once: int = 4) -> int:
    """Turns in several deliveries at once, some of them killed, until no mail is left; how many were killed."""
    chance, killed = random.Random(seed), 0
    offset = [0.0]
    now = clock.use(lambda: now() + offset[0])

    async def turn(number: int) -> None:
        unit = unit_of(market)
        await send_turn(CampaignSendDue(campaign_id=campaign_id, turn=number), unit)
        await unit.commit()

    try:
        for number in range(200):
            if (await send_document(market.tenant_id, campaign_id).get()).get("state") == "resting":
                return killed
            tasks = [asyncio.create_task(turn(number)) for _ in range(at_once)]
            for task in chance.sample(tasks, k=at_once // 2):
                for _ in range(chance.randrange(4000)):
                    await asyncio.sleep(0)
                killed += task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            offset[0] += 3700
    finally:
        clock.use(now)
    raise AssertionError("mails were left after 200 turns")


async def stormed(platform: LocalPlatform, double: MailDouble, people: int, seed: int) -> tuple[dict[str, Any], int]:
    market = await new_marketing(platform)
    await market.people(people)
    campaign_id = await collected(market)
    killed = await storm(market, campaign_id, seed)
    return await market.results(campaign_id), killed


@pytest.mark.parametrize(
    ("people", "seed"),
    [pytest.param(240, 7, id="240"), pytest.param(600, 11, id="600", marks=pytest.mark.long)],
)
async def test_with_a_provider_that_knows_our_keys_nobody_gets_two_and_nobody_none(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, people: int, seed: int
) -> None:
    with served(ResendDouble()) as double:
        monkeypatch.setenv("RESEND_BASE_URL", double.url)
        monkeypatch.setenv("RESEND_API_KEY", "re_double")
        double.break_off = people // 10
        results, killed = await stormed(platform, double, people, seed)
    assert killed > 0
    assert {address: len(mails) for address, mails in double.taken.items() if len(mails) != 1} == {}
    assert len(double.taken) == people
    assert (results["audience"] >= people, results["states"]) == (True, {"sent": people})


async def test_without_keys_nobody_gets_two_and_who_may_have_got_none_is_told(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = 120
    with served(SendGridDouble()) as double:
        monkeypatch.setenv("SENDGRID_BASE_URL", double.url)
        monkeypatch.setenv("SENDGRID_API_KEY", "SG.double")
        double.break_off = 10
        results, killed = await stormed(platform, double, people, 3)
    assert killed > 0
    assert {address: len(mails) for address, mails in double.taken.items() if len(mails) > 1} == {}
    states = results["states"]
    assert states["sent"] + states["in_doubt"] == people
    assert states["sent"] <= len(double.taken)


async def test_a_campaign_that_is_paused_in_the_middle_stops_and_goes_on_without_doubling(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = await new_marketing(platform)
    await market.people(60)
    with served(ResendDouble()) as double:
        monkeypatch.setenv("RESEND_BASE_URL", double.url)
        monkeypatch.setenv("RESEND_API_KEY", "re_double")
        campaign_id = await collected(market)
        unit = unit_of(market)
        turn = asyncio.create_task(send_turn(CampaignSendDue(campaign_id=campaign_id, turn=1), unit))

        async def begun() -> bool:
            return len(double.taken) >= 5

        await eventually(begun)
        await send_document(market.tenant_id, campaign_id).update({"halted": True})
        await turn
        left = len(double.taken)
        assert 5 <= left <= 30
        again = unit_of(market)
        await send_turn(CampaignSendDue(campaign_id=campaign_id, turn=2), again)
        assert len(double.taken) == left
        await send_document(market.tenant_id, campaign_id).update({"halted": False})
        await storm(market, campaign_id, 5, at_once=2)
        assert sorted(map(len, double.taken.values())) == [1] * 60


async def test_a_throttle_lets_the_rest_wait_and_costs_nobody_an_attempt(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = await new_marketing(platform)
    await market.people(30)
    with served(ResendDouble()) as double:
        monkeypatch.setenv("RESEND_BASE_URL", double.url)
        monkeypatch.setenv("RESEND_API_KEY", "re_double")
        campaign_id = await collected(market)
        double.next_answers = [(429, {"name": "rate_limit_exceeded"}, {"Retry-After": "90"})] * 4
        unit = unit_of(market)
        await send_turn(CampaignSendDue(campaign_id=campaign_id, turn=1), unit)
        await unit.commit()
        assert len(double.taken) == 6
        wake = (await send_document(market.tenant_id, campaign_id).get()).get("wake_at")
        assert 80 < (wake - clock.utcnow()).total_seconds() <= 91
        await storm(market, campaign_id, 5, at_once=2)
        assert len(double.taken) == 30
