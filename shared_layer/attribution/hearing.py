"""Conversions that other services tell of: payments and their refunds, deals that were won or are open again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shared_layer.attribution.conversion_key import deal_conversion, paid_conversion
from shared_layer.attribution.fold import Fold
from shared_layer.attribution.identity import Identity, anonymous_identity, contact_identity
from shared_layer.attribution.journey import Conversion
from shared_layer.attribution.money import micros_of
from shared_layer.attribution.naming import Names, identities
from shared_layer.attribution.recording import record, refund, undo, win
from shared_layer.messaging.events.crm import ContactsMerged, DealStageChanged, DealWon
from shared_layer.messaging.events.webhooks import PaymentReceived
from shared_layer.messaging.unit import Unit

TOLD: Final = ("conversion_recorded", "conversion_reversed")
PAYMENT: Final = "payment"
DEAL_WON: Final = "deal_won"


async def hear_payment(payment: PaymentReceived, unit: Unit) -> None:
    """Record a payment as a conversion, once for each payment id; take a refund off the payment that it is of."""
    fold = Fold(unit.tenant_id)
    conversion_id = paid_conversion(payment.provider, payment.refund_of or payment.payment_id)
    if payment.refund_of is not None:
        await fold.load([], [conversion_id])
        refund(fold, conversion_id, payment.payment_id, payment.amount_minor, unit)
    else:
        named = await _named(Names(email=payment.customer_email), conversion_id, unit)
        await fold.load(named, [conversion_id])
        micros = micros_of(payment.amount_minor, payment.currency)
        conversion = Conversion(
            id=conversion_id, at=payment.paid_at, name=PAYMENT, amount_micros=micros, currency=payment.currency,
            origin="payment",
        )  # fmt: skip
        record(fold, fold.person(named), conversion, unit)
    fold.stage(unit)


async def hear_deal_won(deal: DealWon, unit: Unit) -> None:
    """Record a deal that was won as a conversion."""
    fold = Fold(unit.tenant_id)
    conversion_id = deal_conversion(deal.deal_id)
    named = await _named(Names(contact_id=deal.contact_id), conversion_id, unit)
    await fold.load(named, [conversion_id])
    conversion = Conversion(
        id=conversion_id, at=deal.won_at, name=DEAL_WON, amount_micros=micros_of(deal.amount_minor, deal.currency),
        currency=deal.currency, origin="deal",
    )  # fmt: skip
    win(fold, fold.person(named), conversion, unit)
    fold.stage(unit)


async def hear_deal_moved(moved: DealStageChanged, moment: datetime, unit: Unit) -> None:
    """Take a deal back that was won and is open, or lost, again."""
    if moved.former_stage == "won":
        fold = Fold(unit.tenant_id)
        conversion_id = deal_conversion(moved.deal_id)
        await fold.load([], [conversion_id])
        undo(fold, conversion_id, moment, unit)
        fold.stage(unit)


async def hear_merge(merged: ContactsMerged, unit: Unit) -> None:
    """Put the journeys of two contacts together that are one. An undone merge leaves them together."""
    fold = Fold(unit.tenant_id)
    named = [contact_identity(merged.contact_id), contact_identity(merged.merged_id)]
    await fold.load(named)
    if fold.found(named):
        journey = fold.person(named)
        journey.contact_id = merged.contact_id
        fold.changed(journey)
        fold.stage(unit)


async def _named(told: Names, conversion_id: str, unit: Unit) -> list[Identity]:
    """Who it is; somebody whom nobody knows, where the event names nobody."""
    [found] = await identities(unit.tenant_id, [told])
    return found or [anonymous_identity(f"conversion:{conversion_id}")]
