"""Journeys found by the names of their persons: keyed reads, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from shared_layer.attribution.conversion_key import ConversionKey, conversion_document
from shared_layer.attribution.daily import Facts
from shared_layer.attribution.identity import Identity, identity_document
from shared_layer.attribution.journey import Journey, journey_document
from shared_layer.attribution.rows import rows_of
from shared_layer.core import clock
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

Loaded = TypeVar("Loaded", Journey, ConversionKey)


class People:
    """Journeys, identities and keys of conversions, as they are stored."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self._journeys: dict[str, Journey] = {}
        self._before: dict[str, Facts] = {}
        self._identities: dict[str, Identity] = {}
        self._stored_identities: dict[str, Identity] = {}
        self._keys: dict[str, ConversionKey] = {}

    async def load(self, identities: Iterable[Identity], conversions: Iterable[str] = ()) -> None:
        """Read whose the names are, the keys of conversions, and the journeys that both lead to."""
        named = {one.document_id: one for one in identities}
        references = [identity_document(self.tenant_id, one) for one in named]
        async for snapshot in firestore().get_all(references):
            if snapshot.exists:
                self._stored_identities[snapshot.id] = Identity.model_validate(snapshot.to_dict())
        self._identities |= self._stored_identities
        await self._load_keys(conversions)
        people = [one.person_id for one in self._stored_identities.values()]
        people += [one.person_id for one in self._keys.values() if one.person_id]
        people += [one.new_person for key, one in named.items() if key not in self._identities]
        await self._load_journeys(people)

    async def _load_keys(self, conversions: Iterable[str]) -> None:
        found = await _all({one: conversion_document(self.tenant_id, one) for one in conversions}, ConversionKey)
        self._keys |= found

    async def _load_journeys(self, people: Iterable[str]) -> None:
        """The journeys of these people, and those that they went into."""
        wanted = {one for one in people if one not in self._journeys}
        while wanted:
            found = await _all({one: journey_document(self.tenant_id, one) for one in wanted}, Journey)
            self._journeys |= found
            self._before |= {person_id: rows_of(journey) for person_id, journey in found.items()}
            wanted = {one.merged_into for one in found.values() if one.merged_into} - set(self._journeys)

    def journey(self, person_id: str) -> Journey:
        """A person's journey, or the one that it went into; a new one where there is none."""
        found = self._journeys.get(person_id)
        while found is not None and found.merged_into:
            person_id = found.merged_into
            found = self._journeys.get(person_id)
        if found is None:
            found = Journey(person_id=person_id, updated_at=clock.utcnow())
            self._journeys[person_id] = found
        return found

    def found(self, named: Sequence[Identity]) -> list[Journey]:
        """The journeys of whoever goes by one of these names."""
        people = [self._identities[one.document_id] for one in named if one.document_id in self._identities]
        return list({one.person_id: one for one in (self.journey(each.person_id) for each in people)}.values())


async def _all(references: dict[str, AsyncDocumentReference], model: type[Loaded]) -> dict[str, Loaded]:
    found: dict[str, Loaded] = {}
    if references:
        async for snapshot in firestore().get_all(list(references.values())):
            if snapshot.exists:
                found[snapshot.id] = model.model_validate(snapshot.to_dict())
                found[snapshot.id].remember_update_time(snapshot.update_time)
    return found
