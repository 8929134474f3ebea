"""Conversions recorded in a journey, and taken back: by a refund, or because a deal is open again."""

from __future__ import annotations

from datetime import datetime

from shared_layer.attribution.fold import Fold
from shared_layer.attribution.journey import Conversion, Journey
from shared_layer.attribution.money import micros_of
from shared_layer.messaging.events.attribution import ConversionRecorded, ConversionReversed
from shared_layer.messaging.unit import Unit


def record(fold: Fold, journey: Journey, conversion: Conversion, unit: Unit) -> None:
    """Put a conversion into a journey, once. One that is told of again, by who knows whose it is, moves to him."""
    held = fold.held(conversion.id)
    if held is not None:
        if not held[0].known and journey.known:
            fold.join(journey, held[0])
        return
    fold.take_conversion(journey, conversion)
    unit.emit(
        ConversionRecorded(
            conversion_id=conversion.id,
            conversion=conversion.name,
            contact_id=journey.contact_id,
            amount_micros=conversion.amount_micros,
            currency=conversion.currency,
            touches=sum(touch.at <= conversion.at for touch in journey.touches),
            converted_at=conversion.at,
        )
    )
    if conversion.refunds or conversion.undone_at is not None:
        _tell(journey, conversion, conversion.amount_micros - conversion.net_micros, unit)


def refund(fold: Fold, conversion_id: str, refund_id: str, amount_minor: int, unit: Unit) -> None:
    """Take money off a conversion, each refund once; one of a conversion that is not known yet waits for it."""
    held = fold.held(conversion_id)
    if held is None:
        fold.key(conversion_id).refunds[refund_id] = amount_minor
        return
    journey, conversion = held
    if refund_id in conversion.refunds:
        return
    before = conversion.net_micros
    conversion.refunds[refund_id] = micros_of(amount_minor, conversion.currency)
    fold.changed(journey)
    _tell(journey, conversion, before - conversion.net_micros, unit)


def win(fold: Fold, journey: Journey, conversion: Conversion, unit: Unit) -> None:
    """Record a deal that was won; one that was won before and open again is won as of now."""
    held = fold.held(conversion.id)
    if held is None:
        record(fold, journey, conversion, unit)
        return
    journey, known = held
    if conversion.at > known.at:
        known.at, known.amount_micros, known.currency = conversion.at, conversion.amount_micros, conversion.currency
        journey.conversions.sort(key=lambda one: (one.at, one.id))
        fold.changed(journey)


def undo(fold: Fold, conversion_id: str, moment: datetime, unit: Unit) -> None:
    """Take back a deal that was won until `moment`."""
    held = fold.held(conversion_id)
    if held is None:
        key = fold.key(conversion_id)
        key.undone_at = max(key.undone_at or moment, moment)
        return
    journey, conversion = held
    if conversion.undone_at is None or moment > conversion.undone_at:
        counted = conversion.counts
        conversion.undone_at = moment
        fold.changed(journey)
        if counted and not conversion.counts:
            _tell(journey, conversion, conversion.net_micros, unit)


def _tell(journey: Journey, conversion: Conversion, micros: int, unit: Unit) -> None:
    unit.emit(
        ConversionReversed(
            conversion_id=conversion.id,
            conversion=conversion.name,
            contact_id=journey.contact_id,
            amount_micros=micros,
            currency=conversion.currency,
            whole=not conversion.counts,
        )
    )
