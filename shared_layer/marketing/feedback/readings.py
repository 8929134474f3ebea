"""Providers' events as what they mean: which mail, and what became of it. What means nothing here is passed over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Outcome = Literal["delivered", "bounced", "deferred", "complained", "unsubscribed"]


@dataclass(frozen=True, slots=True)
class Told:
    """One event: `event_id` is the provider's own, `tenant_id` and `mail_id` the tags that we put on the mail."""

    event_id: str
    tenant_id: str
    mail_id: str
    outcome: Outcome
    detail: str = ""


_RESEND: Final[Mapping[str, Outcome]] = {
    "email.delivered": "delivered",
    "email.bounced": "bounced",
    "email.delivery_delayed": "deferred",
    "email.complained": "complained",
}
_SENDGRID: Final[Mapping[str, Outcome]] = {
    "delivered": "delivered",
    "bounce": "bounced",
    "dropped": "bounced",
    "deferred": "deferred",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
}
_POSTMARK: Final[Mapping[str, Outcome]] = {
    "Delivery": "delivered",
    "Bounce": "bounced",
    "SpamComplaint": "complained",
    "SubscriptionChange": "unsubscribed",
}


def read_resend(body: Any, headers: Mapping[str, str]) -> Iterator[Told]:
    """`{"type": "email.bounced", "data": {"tags": {…}, "bounce": {"type", "subType", "message"}}}`.

    A bounce that is not permanent may still arrive.
    """
    if not isinstance(body, dict) or not isinstance(data := body.get("data"), dict):
        return
    outcome = _RESEND.get(str(body.get("type")))
    bounce = data.get("bounce") if isinstance(data.get("bounce"), dict) else {}
    assert isinstance(bounce, dict)
    if outcome == "bounced" and str(bounce.get("type", "Permanent")) not in ("Permanent", "Undetermined"):
        outcome = "deferred"
    tags = data.get("tags")
    if isinstance(tags, list):
        tags = {one.get("name"): one.get("value") for one in tags if isinstance(one, dict)}
    yield from _told(headers.get("svix-id", ""), outcome, tags, str(bounce.get("subType") or ""))


def read_sendgrid(body: Any, headers: Mapping[str, str]) -> Iterator[Told]:  # noqa: ARG001 (a row's form)
    """A list of `{"event", "sg_event_id", "type", "reason", …custom_args}`; a `blocked` bounce may still arrive."""
    for one in body if isinstance(body, list) else ():
        if not isinstance(one, dict):
            continue
        outcome = _SENDGRID.get(str(one.get("event")))
        if outcome == "bounced" and one.get("type") == "blocked":
            outcome = "deferred"
        yield from _told(str(one.get("sg_event_id") or ""), outcome, one, str(one.get("status") or ""))


def read_postmark(body: Any, headers: Mapping[str, str]) -> Iterator[Told]:  # noqa: ARG001 (a row's form)
    """`{"RecordType": "Bounce", "MessageID", "Metadata": {…}, "Type": "HardBounce", "Inactive"}`.

    Only what made Postmark stop sending there (`Inactive`) came back for good.
    """
    if not isinstance(body, dict):
        return
    outcome = _POSTMARK.get(str(body.get("RecordType")))
    if outcome == "bounced" and not body.get("Inactive"):
        outcome = "deferred"
    if outcome == "unsubscribed" and not body.get("SuppressSending"):
        return
    event_id = f"{body.get('MessageID')} {body.get('RecordType')} {body.get('ID', '')}"
    yield from _told(event_id, outcome, body.get("Metadata"), str(body.get("Type") or ""))


def _told(event_id: str, outcome: Outcome | None, tags: Any, detail: str) -> Iterator[Told]:
    if outcome is None or not isinstance(tags, dict):
        return
    tenant_id, mail_id = tags.get("xynergy_tenant"), tags.get("xynergy_mail")
    if isinstance(tenant_id, str) and isinstance(mail_id, str):
        name = event_id or hashlib.sha256(f"{mail_id} {outcome}".encode()).hexdigest()
        yield Told(name[:200], tenant_id[:64], mail_id[:128], outcome, detail[:100])


Reader = Callable[[Any, Mapping[str, str]], Iterator[Told]]
