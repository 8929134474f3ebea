"""Stripe's events: money that came in, and money that went back. https://docs.stripe.com/api/events/types

One payment by card is told of by several events (its intent, its charge, its checkout session): all of them name the
intent, which is the payment's id here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from shared_layer.messaging.events.webhooks import PaymentReceived
from shared_layer.webhooks.normalising.reading import at, moment, text, whole

Payment = Callable[[dict[str, Any], dict[str, Any], datetime], PaymentReceived | None]


def payment_of(event: dict[str, Any], received_at: datetime) -> PaymentReceived | None:
    """The payment or refund that a Stripe event tells of; None where it tells of none."""
    read, subject = _KINDS.get(str(event.get("type"))), at(event, "data", "object")
    if read is None or not isinstance(subject, dict):
        return None
    return read(subject, event, moment(event.get("created"), received_at))


def _intent(intent: dict[str, Any], _event: dict[str, Any], paid_at: datetime) -> PaymentReceived | None:
    email = text(intent, "receipt_email")
    return _payment(text(intent, "id"), whole(intent, "amount_received"), intent, paid_at, email, None)


def _charge(charge: dict[str, Any], _event: dict[str, Any], paid_at: datetime) -> PaymentReceived | None:
    email = text(charge, "billing_details", "email") or text(charge, "receipt_email")
    name = text(charge, "billing_details", "name")
    return _payment(_id_of(charge), whole(charge, "amount"), charge, paid_at, email, name)


def _session(session: dict[str, Any], _event: dict[str, Any], paid_at: datetime) -> PaymentReceived | None:
    if session.get("mode") != "payment" or session.get("payment_status") != "paid":
        return None
    email, name = text(session, "customer_details", "email"), text(session, "customer_details", "name")
    return _payment(_id_of(session), whole(session, "amount_total"), session, paid_at, email, name)


def _refund(charge: dict[str, Any], event: dict[str, Any], refunded_at: datetime) -> PaymentReceived | None:
    """`charge.refunded`: the charge tells the sum of all its refunds, the event what the sum was before."""
    total, before = whole(charge, "amount_refunded"), whole(event, "data", "previous_attributes", "amount_refunded")
    charge_id = text(charge, "id")
    if total is None or charge_id is None:
        return None
    email = text(charge, "billing_details", "email") or text(charge, "receipt_email")
    name = text(charge, "billing_details", "name")
    refund_id = f"{charge_id}:refunded:{total}"
    refund = _payment(refund_id, total - (before or 0), charge, refunded_at, email, name)
    return refund.model_copy(update={"refund_of": _id_of(charge)}) if refund else None


def _id_of(subject: dict[str, Any]) -> str | None:
    """The intent's id, else the object's own. The intent may have been expanded into an object."""
    intent = subject.get("payment_intent")
    return text(intent, "id") if isinstance(intent, dict) else text(subject, "payment_intent") or text(subject, "id")


def _payment(
    payment_id: str | None,
    amount: int | None,
    subject: dict[str, Any],
    paid_at: datetime,
    email: str | None,
    name: str | None,
) -> PaymentReceived | None:
    currency = text(subject, "currency")
    if payment_id is None or amount is None or amount <= 0 or currency is None:
        return None
    return PaymentReceived(
        provider="stripe",
        payment_id=payment_id,
        amount_minor=amount,
        currency=currency.upper(),
        customer_email=email,
        customer_name=name,
        paid_at=paid_at,
    )


_KINDS: Final[Mapping[str, Payment]] = {
    "payment_intent.succeeded": _intent,
    "charge.succeeded": _charge,
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
    "charge.refunded": _refund,
}
