"""A unit of work over journeys: read by key, changed in memory, written back with the difference to the aggregates.

Every document is held against what was read: where another handler came between, the commit is refused and the event
comes again. So each touch and each conversion is counted once, and nothing of it is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared_layer.attribution.conversion_key import ConversionKey, conversion_document
from shared_layer.attribution.daily import Ledger
from shared_layer.attribution.identity import Identity, identity_document
from shared_layer.attribution.journey import Conversion, Journey, Touch, journey_document
from shared_layer.attribution.money import micros_of
from shared_layer.attribution.people import People
from shared_layer.attribution.rows import rows_of
from shared_layer.core import clock
from shared_layer.messaging.unit import Unit

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference


class Fold(People):
    """Journeys, identities and keys of conversions, as far as one unit of work changes them."""

    def __init__(self, tenant_id: str) -> None:
        super().__init__(tenant_id)
        self.ledger = Ledger()
        self._changed: set[str] = set()
        self._changed_keys: set[str] = set()

    def person(self, named: Sequence[Identity]) -> Journey:
        """The journey of who is named so, after those that prove to be his were put together.

        The names come the surest first, and there is at least one.
        """
        sure = self.found([one for one in named if one.kind != "anonymous"])
        browsers = self.found([one for one in named if one.kind == "anonymous"])
        somebody = any(one.kind != "anonymous" for one in named)
        candidates = [*sure, *[one for one in browsers if not (one.known and somebody)]]
        target = candidates[0] if candidates else self.journey(named[0].new_person)
        for other in candidates[1:]:
            self.join(target, other)
        for identity in named:
            self._assign(identity, target)
        return target

    def join(self, target: Journey, other: Journey) -> None:
        """Put one journey into another. Who asks for the emptied one is led to the other."""
        if target is not other:
            target.absorb(other)
            self._changed |= {target.person_id, other.person_id}

    def _assign(self, identity: Identity, journey: Journey) -> None:
        if journey.name(identity.kind, identity.told or identity.value):
            self._changed.add(journey.person_id)
        self._identities[identity.document_id] = identity.model_copy(update={"person_id": journey.person_id})

    def take_touch(self, journey: Journey, touch: Touch) -> None:
        """Put a touch into a journey."""
        if journey.take_touch(touch):
            self._changed.add(journey.person_id)

    def key(self, conversion_id: str) -> ConversionKey:
        """The key of a conversion, to be changed; a new one where there is none."""
        self._changed_keys.add(conversion_id)
        return self._keys.setdefault(conversion_id, ConversionKey())

    def held(self, conversion_id: str) -> tuple[Journey, Conversion] | None:
        """A conversion that is known, with the journey that holds it."""
        key = self._keys.get(conversion_id)
        if key is None or key.person_id is None:
            return None
        journey = self.journey(key.person_id)
        found = journey.conversion(conversion_id)
        return (journey, found) if found is not None else None

    def take_conversion(self, journey: Journey, conversion: Conversion) -> None:
        """Put a conversion into a journey, with what was taken back of it before it came."""
        key = self.key(conversion.id)
        conversion.refunds = {one: micros_of(minor, conversion.currency) for one, minor in key.refunds.items()}
        conversion.undone_at = key.undone_at
        key.person_id, key.refunds, key.undone_at = journey.person_id, {}, None
        if journey.take_conversion(conversion):
            self._changed.add(journey.person_id)

    def changed(self, journey: Journey) -> None:
        """Note that a journey was changed in place."""
        self._changed.add(journey.person_id)

    def stage(self, unit: Unit) -> None:
        """Stage everything that is not as it was read."""
        moment = clock.utcnow()
        for person_id in sorted(self._changed):
            journey = self._journeys[person_id]
            journey.updated_at = moment
            _write(unit, journey_document(self.tenant_id, person_id), journey)
            self.ledger.change(person_id, self._before.get(person_id, {}), rows_of(journey))
        for document_id, identity in sorted(self._identities.items()):
            before = self._stored_identities.get(document_id)
            reference = identity_document(self.tenant_id, document_id)
            if before is None:
                unit.create(reference, identity.model_dump())
            elif before.person_id != identity.person_id:
                unit.put(reference, identity.model_dump())
        for conversion_id in sorted(self._changed_keys):
            _write(unit, conversion_document(self.tenant_id, conversion_id), self._keys[conversion_id])
        self.ledger.stage(unit)


def _write(unit: Unit, reference: AsyncDocumentReference, found: Journey | ConversionKey) -> None:
    if found.stored_at is None:
        unit.create(reference, found.model_dump())
    else:
        unit.patch_unchanged(reference, found.model_dump(), found.stored_at)
