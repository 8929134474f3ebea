"""An A/B test from its first mail to the end of the campaign: decided once, the rest sent once, resent once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.marketing.mail.mail import COLLECTION
from shared_layer.marketing.mail.send import send_document
from shared_layer.marketing.results.weighing import weigh_due
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection
from tests.support.campaigns import BODY, Marketing, new_marketing
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

EMITS = ("campaign_test_decided", "campaign_release_due", "campaign_resend_due", "campaign_status_changed")
VARIANTS = [{"label": label, "subject": f"Bread {label}", "body": BODY} for label in "ab"]


async def quarter_of_an_hour(market: Marketing, campaign_id: str) -> None:
    """What the schedule does, by two instances at the same moment, once the campaign's time has come."""
    await send_document(market.tenant_id, campaign_id).update({"weigh_at": clock.utcnow() - timedelta(seconds=1)})

    async def once() -> None:
        context = RequestContext(
            request_id="req_test", trace_id="0" * 32, span_id="0" * 16, service="marketing-engine",
            function="weigh_campaigns", deadline=asyncio.get_running_loop().time() + 60,
        )  # fmt: skip
        await weigh_due(Unit(context, "", EMITS))

    await asyncio.gather(once(), once())


async def click(market: Marketing, campaign_id: str, variant: str, most: int) -> int:
    """Let so many who got a variant have clicked; how many did."""
    from google.cloud.firestore import FieldFilter

    mine = FieldFilter("campaign_id", "==", campaign_id)
    found = tenant_collection(market.tenant_id, COLLECTION).where(filter=mine)
    mails = [one async for one in found.stream() if one.get("variant") == variant and one.get("state") == "sent"]
    for one in mails[:most]:
        await one.reference.update({"clicked": True})
    return min(most, len(mails))


async def at_rest(market: Marketing, campaign_id: str, sent: int) -> dict[str, Any]:
    async def rests() -> bool:
        results = await market.results(campaign_id)
        return bool(results["mailing"] == "resting" and results["sent"] >= sent)

    await eventually(rests, within=60)
    return await market.results(campaign_id)


async def test_the_winner_by_clicks_goes_to_the_rest_once_and_who_did_not_click_hears_once_more(
    platform: LocalPlatform,
) -> None:
    market = await new_marketing(platform)
    await market.people(160)
    campaign_id = await market.launched(
        variants=VARIANTS,
        test={"share": 0.5, "wait_hours": 0, "min_recipients": 20},
        resend={"after_hours": 0, "subject": "Once more"},
        frequency_cap=None,
    )
    tested = await at_rest(market, campaign_id, 1)
    held = tested["states"]["held"]
    assert tested["sent"] + held == 160
    assert 0.3 < held / 160 < 0.7
    clicks = await click(market, campaign_id, "b", 25) + await click(market, campaign_id, "a", 5)
    await quarter_of_an_hour(market, campaign_id)
    whole = await at_rest(market, campaign_id, 160)
    assert (whole["decision"]["verdict"], whole["decision"]["variant"]) == ("winner", "b")
    assert whole["states"] == {"sent": 160}
    given = Counter(mail["subject"] for mail in await market.outbox(campaign_id=campaign_id))
    assert given["Bread b"] - held == tested["sent"] - given["Bread a"]
    await quarter_of_an_hour(market, campaign_id)
    again = await at_rest(market, campaign_id, 160 + 160 - clicks)
    second = [row for row in again["variants"] if row["round"] == 2]
    assert sum(row["sent"] for row in second) == 160 - clicks
    mails = await market.outbox(campaign_id=campaign_id)
    per_person = Counter((mail["to"], mail["subject"] == "Once more") for mail in mails)
    assert set(per_person.values()) == {1}
    await quarter_of_an_hour(market, campaign_id)
    assert (await market.done("GET", f"/campaigns/{campaign_id}"))["status"] == "done"
    await quarter_of_an_hour(market, campaign_id)
    assert len(await market.outbox(campaign_id=campaign_id)) == len(mails)


async def test_a_test_that_shows_nothing_still_reaches_everybody(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(12)
    campaign_id = await market.launched(variants=VARIANTS, test={"share": 0.5, "wait_hours": 0})
    tested = await at_rest(market, campaign_id, 1)
    assert tested["states"].get("held", 0) > 0
    await quarter_of_an_hour(market, campaign_id)
    whole = await at_rest(market, campaign_id, 12)
    assert (whole["decision"]["verdict"], whole["decision"]["proven"]) == ("too_few", False)
    assert whole["states"] == {"sent": 12}


async def test_the_plans_own_wordings_are_tested_where_none_are_given(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(6)
    campaign_id = await market.launched(
        variants=[], landing_url="https://bakery.example/", test={"share": 1, "wait_hours": 0}
    )
    results = await at_rest(market, campaign_id, 6)
    assert {row["variant"] for row in results["variants"]} == {"a", "b"}
    mail = (await market.outbox(campaign_id=campaign_id))[0]
    assert "Hello Reader" in mail["text"]
    assert "/u/" in mail["html"]


async def test_a_scheduled_campaign_is_launched_when_its_hour_comes(platform: LocalPlatform) -> None:
    from shared_layer.marketing.lifecycle import launch_campaign
    from shared_layer.marketing.mail.due import launch_due
    from shared_layer.tenants.mail_quota import remaining_mails

    market = await new_marketing(platform)
    await market.people(2)
    campaign_id = await market.campaign()
    for version, change in (
        (2, {"status": "approved"}),
        (3, {"status": "scheduled", "launch_at": "2026-01-01T00:00:00Z"}),
    ):
        await market.done("PATCH", f"/campaigns/{campaign_id}", version, json=change)

    async def launch(campaign: str, unit: Unit) -> None:
        await launch_campaign(campaign, unit.tenant_id, unit, remaining_mails)

    context = RequestContext(
        request_id="req_test", trace_id="0" * 32, span_id="0" * 16, service="marketing-engine",
        function="queue_due_campaigns", deadline=asyncio.get_running_loop().time() + 60,
    )  # fmt: skip
    emits = ("campaign_status_changed", "campaign_audience_due", "campaign_send_due")
    await asyncio.gather(*[launch_due(Unit(context, "", emits), launch) for _ in range(2)])
    results = await market.settled(campaign_id)
    assert results["sent"] == 2
    assert len(await market.outbox(campaign_id=campaign_id)) == 2


async def test_quiet_hours_hold_a_mail_back_and_a_pause_holds_everything(platform: LocalPlatform) -> None:
    market = await new_marketing(platform)
    await market.people(1, custom={"timezone": "UTC"})
    now = clock.utcnow()
    quiet = {
        "begins": (now - timedelta(hours=1)).strftime("%H:%M"),
        "ends": (now + timedelta(hours=2)).strftime("%H:%M"),
    }
    campaign_id = await market.launched(quiet_hours=quiet)

    async def waits() -> bool:
        wake = (await send_document(market.tenant_id, campaign_id).get()).get("wake_at")
        return bool(wake is not None and timedelta(hours=1) < wake - now < timedelta(hours=3))

    await eventually(waits)
    [mail] = (await market.done("GET", f"/campaigns/{campaign_id}/mails"))["items"]
    assert (mail["state"], mail["code"]) == ("waiting", "quiet_hours")
    await market.done("POST", f"/campaigns/{campaign_id}:pause")
    assert (await send_document(market.tenant_id, campaign_id).get()).get("wake_at") is None
    await market.done("POST", f"/campaigns/{campaign_id}:resume")
    await eventually(waits)


async def test_a_quota_that_is_used_up_refuses_the_launch(platform: LocalPlatform) -> None:
    from shared_layer.tenants.mail_quota import consume_mails

    tenant_id, key = await platform.tenant("standard")
    market = Marketing(platform, tenant_id, key)
    await market.people(3)
    await consume_mails(tenant_id, "earlier", 9_998)
    campaign_id = await market.campaign()
    refused = await market.ask("POST", f"/campaigns/{campaign_id}:launch")
    assert "leaves 2 mails this month, and 3 are to be sent" in refused.text
