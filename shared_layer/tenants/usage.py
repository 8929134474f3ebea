"""Usage that is told of afterwards, as CloudEvents (1.0, JSON): counted once for each (source, id), in its own window.

`subject` is the tenant, `data` holds `meter` and `amount`. Work that is done already is counted even beyond the limit.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, ValidationError

from shared_layer.access.credentials import TENANT_ID
from shared_layer.access.period import Period, day_of
from shared_layer.access.plans import Meter
from shared_layer.core import clock, json
from shared_layer.core.errors import MalformedJson, NotFound
from shared_layer.core.logs import log
from shared_layer.core.models import Model
from shared_layer.messaging.dead_letters import send_to_dead_letters
from shared_layer.messaging.message import Message
from shared_layer.tenants.quota_commit import count
from shared_layer.tenants.quota_counter import Consumption, Entry
from shared_layer.tenants.quotas import KEPT, MOST

LATEST: Final = timedelta(days=92)
EARLIEST: Final = timedelta(minutes=5)
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Usage(Model):
    """How much of a meter was used, in its unit."""

    meter: Meter
    amount: Annotated[int, Field(ge=1, le=MOST)]


class UsageEvent(Model):
    """A CloudEvent of usage; attributes that are not named here are let be."""

    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Text
    subject: Annotated[str, StringConstraints(pattern=f"^{TENANT_ID.pattern}$")]
    time: AwareDatetime
    data: Usage


class UsageRefused(Exception):
    """An event that no retry will make countable; the text says why."""


async def take_usage(message: Message, handler: str) -> None:
    """Count one usage event; what cannot be counted becomes a dead letter of `handler`, with the reason."""
    try:
        event = _read(message.data)
    except UsageRefused as refusal:
        await _bury(handler, message, str(refusal), {})
        return
    try:
        await _count(event)
    except UsageRefused as refusal:
        event_id = _consumption_id(event)
        known = {"tenant_id": event.subject, "event_id": event_id, "event_type": event.type[:100]}
        await _bury(handler, message, str(refusal), known)


def _read(data: bytes) -> UsageEvent:
    try:
        event = UsageEvent.model_validate_json(data)
        json.parse(data)
    except (ValidationError, MalformedJson) as error:
        raise UsageRefused(f"this is no CloudEvent of usage: {error}") from None
    moment = clock.utcnow()
    if not moment - LATEST <= event.time <= moment + EARLIEST:
        raise UsageRefused(f"its time {event.time.isoformat()} is not within the last {LATEST.days} days")
    return event


async def _count(event: UsageEvent) -> None:
    moment = clock.utcnow()
    consumption = Consumption(
        id=_consumption_id(event),
        meter=event.data.meter,
        period=Period.of(event.time).name,
        day=day_of(event.time),
        amount=event.data.amount,
        fingerprint=json.fingerprint([event.type, event.subject, event.time.isoformat(), _plain(event)]),
        counted_at=moment,
        expires_at=moment + KEPT,
    )
    try:
        counted = await count(event.subject, Entry("report", consumption))
    except NotFound as error:
        raise UsageRefused(str(error)) from None
    if counted.decision == "conflict":
        raise UsageRefused(f"conflict: {event.source} sent another event with the id {event.id} before")
    if counted.decision == "repeated":
        log("INFO", "usage_repeated", f"{event.source} sent {event.id} again")


def _plain(event: UsageEvent) -> dict[str, Any]:
    return event.data.model_dump()


def _consumption_id(event: UsageEvent) -> str:
    """One id for each (source, id): CloudEvents says that the two together name an event."""
    return "use_" + hashlib.sha256(f"{event.source}\0{event.id}".encode()).hexdigest()[:40]


async def _bury(handler: str, message: Message, reason: str, attributes: dict[str, str]) -> None:
    log("ERROR", "dead_letter", reason, handler=handler)
    await send_to_dead_letters(handler, replace(message, attributes={**message.attributes, **attributes}), reason)
