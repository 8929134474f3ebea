"""Payments, refunds and the night, as events on the real topics."""

from __future__ import annotations

from datetime import UTC, datetime

from shared_layer.attribution import nightly
from shared_layer.attribution.daily import day_snapshots, read_days
from shared_layer.messaging.events.attribution import AttributionRebuildDue
from shared_layer.messaging.events.crm import DealWon
from shared_layer.messaging.events.webhooks import PaymentReceived
from shared_layer.messaging.unit import Unit
from tests.support.attribution import PERIOD, conversion, new_attribution, touch
from tests.support.platform import LocalPlatform
from tests.support.staging import context
from tests.triggers.crm.test_timeline import tell


def payment(payment_id: str, minor: int, email: str | None = None, refund_of: str | None = None) -> PaymentReceived:
    return PaymentReceived(
        provider="stripe", payment_id=payment_id, amount_minor=minor, currency="USD", customer_email=email,
        paid_at=datetime(2026, 3, 5, 12, tzinfo=UTC), refund_of=refund_of,
    )  # fmt: skip


async def test_a_payment_converts_once_whoever_tells_of_it_and_refunds_reverse_it(platform: LocalPlatform) -> None:
    """Stripe tells of one payment thrice, the first time without the payer's address."""
    attribution = await new_attribution(platform)
    await attribution.send(touch("t1", "01T10:00", "phone", "a/email", email="ada@engine.example"))
    await tell(attribution.tenant_id, "webhook-service", payment("re_0", 40, refund_of="pi_1"))
    await tell(attribution.tenant_id, "webhook-service", payment("pi_1", 1000))
    await attribution.until_totals(1.0, 9.6)
    known = payment("pi_1", 1000, "Ada@Engine.example")
    await tell(attribution.tenant_id, "webhook-service", known, known)

    async def credited() -> bool:
        return await attribution.credits("last") == {"Email": 1.0}

    await attribution.until(credited)
    refund = payment("re_1", 400, refund_of="pi_1")
    await tell(attribution.tenant_id, "webhook-service", refund, refund)
    await attribution.until_totals(1.0, 5.6)
    await tell(attribution.tenant_id, "webhook-service", payment("re_2", 560, refund_of="pi_1"))
    await attribution.until_totals(0.0, 0.0)


async def test_a_deal_and_the_payment_of_it_are_one_sale(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    won = DealWon(
        deal_id="deal_1", contact_id="con_1", amount_minor=1000, currency="USD",
        won_at=datetime(2026, 3, 4, 12, tzinfo=UTC),
    )  # fmt: skip
    await attribution.send(touch("t1", "01T10:00", "phone", "a/email", email="ada@engine.example", contact_id="con_1"))
    await tell(attribution.tenant_id, "crm-engine", won)
    await attribution.until_totals(1.0, 10.0)
    await tell(attribution.tenant_id, "webhook-service", payment("pi_1", 1000, "ada@engine.example"))

    async def paid() -> bool:
        return bool((await attribution.channels(conversion="payment"))["totals"]["conversions"] == 1.0)

    await attribution.until(paid)
    await attribution.until_totals(1.0, 10.0)
    await tell(attribution.tenant_id, "webhook-service", payment("re_1", 1000, refund_of="pi_1"))

    async def refunded() -> bool:
        report = await attribution.channels(conversion="payment")
        return bool(report["totals"]["conversions"] == 0.0)

    await attribution.until(refunded)


async def test_the_night_keeps_what_all_models_say_and_drops_what_came_to_nothing(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await attribution.send(touch("t1", "01T10:00", "ada", "a/cpc"), touch("t2", "01T11:00", "ada", "b/email"))
    await attribution.send(conversion("c1", "02T10:00", "ada", 700), touch("t0", "01T09:00", "ada", "c/audio"))
    await attribution.until_totals(1.0, 7.0)

    async def three() -> bool:
        return len(await attribution.credits("linear")) == 3

    await attribution.until(three)
    days = (datetime(2026, 3, 1).date(), datetime(2026, 3, 31).date())
    before = await read_days(attribution.tenant_id, *days)
    unit = Unit(context("attribution-coordinator", attribution.tenant_id), attribution.tenant_id,
                ("attribution_snapshot_taken",))  # fmt: skip
    await nightly.rebuild(AttributionRebuildDue(night="2026-03-31"), unit)
    await unit.commit()
    [snapshot] = (await attribution.get("/snapshots"))["items"]
    assert (snapshot["night"], snapshot["since"], snapshot["conversions"]) == ("2026-03-31", "2026-03-01", 1)
    assert {model: sum(one["revenue_micros"] for one in by.values()) for model, by in snapshot["credits"].items()} == (
        dict.fromkeys(snapshot["credits"], 7_000_000)
    )
    assert len(snapshot["credits"]) == 8
    rows = [row for one in await day_snapshots(attribution.tenant_id, *days) for row in one.get("rows").values()]
    assert [row["count"] for row in rows] == [1]
    assert await read_days(attribution.tenant_id, *days) == before
    assert (await attribution.channels())["since"] == PERIOD["since"]


async def test_the_schedule_has_every_tenant_with_journeys_computed(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await attribution.send(touch("t1", "01T10:00", "ada", "a/cpc"), conversion("c1", "02T10:00", "ada", 700))
    await attribution.until_totals(1.0, 7.0)
    unit = Unit(context("attribution-coordinator", ""), "", ("attribution_rebuild_due",))
    assert await nightly.begin_rebuild(unit) >= 1

    async def taken() -> bool:
        return len((await attribution.get("/snapshots"))["items"]) == 1

    await attribution.until(taken)
