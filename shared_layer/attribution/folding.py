"""Events that were received go into the journeys, and by them into the aggregates: each once, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared_layer.attribution.channels.rule_store import read_rules
from shared_layer.attribution.channels.rules import ChannelRule, classify
from shared_layer.attribution.channels.traffic import traffic_of
from shared_layer.attribution.conversion_key import sent_conversion
from shared_layer.attribution.event import (
    ConversionEvent,
    Event,
    RefundEvent,
    SpendEvent,
    StoredEvent,
    TouchEvent,
    event_document,
)
from shared_layer.attribution.fold import Fold
from shared_layer.attribution.journey import Conversion, Touch
from shared_layer.attribution.money import micros_of
from shared_layer.attribution.naming import Names, identities
from shared_layer.attribution.recording import record, refund
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

ORDER: Final = {"touch": 0, "conversion": 1, "refund": 2, "spend": 3}


async def fold_received(received: Sequence[str], unit: Unit) -> None:
    """Stage what the events with these ids change. One that was erased meanwhile is passed over."""
    stored = await _stored(received, unit.tenant_id)
    rules = (await read_rules(unit.tenant_id)).rules
    people = [(one, one.event) for one in stored if one.type in ("touch", "conversion")]
    named = await identities(unit.tenant_id, [_names(event) for _, event in people])
    fold = Fold(unit.tenant_id)
    await fold.load([one for each in named for one in each], _conversions(stored))
    for (kept, event), who in zip(people, named, strict=True):
        journey = fold.person(who)
        if isinstance(event, TouchEvent):
            fold.take_touch(journey, touch_of(kept.id, event, rules))
        elif isinstance(event, ConversionEvent):
            record(fold, journey, _conversion(event), unit)
    for kept in stored:
        event = kept.event
        if isinstance(event, RefundEvent):
            refund(fold, sent_conversion(event.refund_of), kept.id, event.amount_minor, unit)
        elif isinstance(event, SpendEvent):
            channel = spend_channel(event, rules)
            micros = micros_of(event.amount_minor, event.currency)
            fold.ledger.spend(kept.id, event.at.date().isoformat(), channel, event.currency, micros)
            unit.merge(event_document(unit.tenant_id, kept.id), {"channel": channel})
    fold.stage(unit)


async def _stored(received: Sequence[str], tenant_id: str) -> list[StoredEvent]:
    references = [event_document(tenant_id, one) for one in received]
    found = [one async for one in firestore().get_all(references) if one.exists]
    events = [from_snapshot(snapshot, StoredEvent) for snapshot in found]
    return sorted(events, key=lambda one: (ORDER[one.type], one.data["at"], one.id))


def _names(event: Event) -> Names:
    assert isinstance(event, TouchEvent | ConversionEvent)
    return Names(event.contact_id, event.email, event.anonymous_id)


def _conversions(stored: Sequence[StoredEvent]) -> list[str]:
    """The conversions that the events are, or take back."""
    named = {"conversion": "event_id", "refund": "refund_of"}
    return [sent_conversion(one.data[named[one.type]]) for one in stored if one.type in named]


def touch_of(touch_id: str, event: TouchEvent, rules: list[ChannelRule]) -> Touch:
    """The touch that an event tells of, with its channel."""
    traffic = traffic_of(
        event.url, event.referrer, source=event.source, medium=event.medium, campaign=event.campaign,
        term=event.term, content=event.content,
    )  # fmt: skip
    return Touch(id=touch_id, at=event.at, channel=classify(traffic, rules).channel, **traffic.model_dump())


def spend_channel(event: SpendEvent, rules: list[ChannelRule]) -> str:
    """The channel that money was spent on."""
    if event.channel is not None:
        return event.channel
    traffic = traffic_of(source=event.source, medium=event.medium, campaign=event.campaign)
    return classify(traffic, rules).channel


def _conversion(event: ConversionEvent) -> Conversion:
    return Conversion(
        id=sent_conversion(event.event_id),
        at=event.at,
        name=event.name,
        amount_micros=micros_of(event.amount_minor, event.currency),
        currency=event.currency,
        origin="sent",
    )
