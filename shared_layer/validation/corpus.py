"""The tenant's own texts, found by what they share: a document a band, a document a text, nothing ever scanned."""

from __future__ import annotations

from collections import Counter
from struct import pack, unpack
from typing import TYPE_CHECKING, Any, Final

from shared_layer.content.pieces import read_version
from shared_layer.content.texts import plain_text
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.validation.judge import Judge
from shared_layer.validation.minhash import SIZE, bands, guessed, jaccard, shingles, signature

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

BANDS: Final = "validation_bands"
TEXTS: Final = "validation_texts"
CROWDED: Final = 500
"""Texts in one band; more share so common a passage that it tells nothing."""

CANDIDATES: Final = 60
READ_AT_MOST: Final = 6
DOUBT: Final = 0.15
"""How far a guess may lie below the truth: three standard deviations and a little."""

SEQUENCES_AT_LEAST: Final = 20
"""A text of less shares all of itself with many."""


class Likeness(Model):
    """A text of the tenant's that shares much with the one that is checked."""

    content_id: str
    revision: int
    similarity: float


async def likenesses(tenant_id: str, text: str, least: float, except_for: str | None) -> list[Likeness]:
    """The texts that share at least `least` of their sequences with this one, the most alike first.

    Reads 42 bands, at most 60 signatures and at most 6 texts, however many the tenant has.
    """
    found = shingles(text)
    if len(found) < SEQUENCES_AT_LEAST:
        return []
    signed = signature(found)
    shared = Counter[str]()
    for members in (await _members(tenant_id, bands(signed))).values():
        if len(members) < CROWDED:
            shared.update(members)
    shared.pop(except_for or "", None)
    closest: list[tuple[float, str, int]] = []
    async for snapshot in firestore().get_all(
        [text_document(tenant_id, one) for one, _ in shared.most_common(CANDIDATES)]
    ):
        if stored := snapshot.to_dict():
            guess = guessed(signed, unpack(f"<{SIZE}I", stored["signature"]))
            closest.append((guess, snapshot.id, stored["revision"]))
    alike: list[Likeness] = []
    for guess, content_id, revision in sorted(closest, reverse=True)[:READ_AT_MOST]:
        if guess < least - DOUBT:
            break
        similarity = await _exact(tenant_id, content_id, revision, found)
        if similarity is not None and similarity >= least:
            alike.append(Likeness(content_id=content_id, revision=revision, similarity=round(similarity, 3)))
    return sorted(alike, key=lambda one: -one.similarity)


async def check(tenant_id: str, text: str, judge: Judge, except_for: str | None) -> list[Likeness]:
    """Say which of the tenant's texts this one repeats."""
    alike = await likenesses(tenant_id, text, judge.ruleset.duplicate_similarity, except_for)
    for one in alike:
        judge.say(
            "duplicates.near_duplicate",
            f"{one.similarity:.0%} of its three-word sequences are those of {one.content_id}, revision {one.revision}.",
            "Write it anew, join the two, or let the one link to the other.",
            excerpt=one.content_id,
        )
    return alike


async def enter(content_id: str, revision: int, text: str, unit: Unit) -> None:
    """Stage a text as one of the corpus, in place of its former revision."""
    from google.cloud.firestore import DELETE_FIELD

    signed = signature(shingles(text))
    place = text_document(unit.tenant_id, content_id)
    former = set(((await place.get()).to_dict() or {}).get("bands", []))
    keys = bands(signed) if signed else []
    for key in former - set(keys):
        unit.merge(band_document(unit.tenant_id, key), {"members": {content_id: DELETE_FIELD}})
    for key in keys:
        unit.merge(band_document(unit.tenant_id, key), {"members": {content_id: revision}})
    if signed:
        packed = pack(f"<{SIZE}I", *signed)
        unit.put(place, {"revision": revision, "signature": packed, "bands": keys, "content_id": content_id})
    elif former:
        unit.delete(place)


async def _members(tenant_id: str, keys: list[str]) -> dict[str, dict[str, int]]:
    """Who is in which of the bands."""
    collection = tenant_collection(tenant_id, BANDS)
    found: dict[str, dict[str, int]] = {}
    async for snapshot in firestore().get_all([collection.document(key) for key in keys]):
        stored: dict[str, Any] = snapshot.to_dict() or {}
        found[snapshot.id] = stored.get("members", {})
    return found


async def _exact(tenant_id: str, content_id: str, revision: int, found: set[str]) -> float | None:
    """What a text and a revision of the corpus really share; None for one that is gone."""
    try:
        version = await read_version(tenant_id, content_id, revision)
    except NotFound:
        return None
    return jaccard(found, shingles(plain_text(version.text.body)))


def band_document(tenant_id: str, key: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/validation_bands/{band}`."""
    return tenant_document(tenant_id, BANDS, key)


def text_document(tenant_id: str, content_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/validation_texts/{piece}`."""
    return tenant_document(tenant_id, TEXTS, content_id)
