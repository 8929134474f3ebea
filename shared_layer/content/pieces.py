"""Pieces: created, read, saved. Every save is a version, written in the same commit."""

from __future__ import annotations

from typing import Any

from shared_layer.content.piece import (
    NewPiece,
    Piece,
    PieceChanges,
    StoredPiece,
    Text,
    piece_document,
)
from shared_layer.content.slugs import claim, free_slug, release
from shared_layer.content.texts import plain_text
from shared_layer.content.version import ContentVersion, changed_fields, version_document
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed, VersionMismatch
from shared_layer.core.ids import new_id
from shared_layer.messaging.events.content import ContentCreated, ContentUpdated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read
from shared_layer.storage.words import distinct_words


async def load(tenant_id: str, piece_id: str) -> StoredPiece:
    """A piece as it is stored. Raises NotFound."""
    return await read(piece_document(tenant_id, piece_id), StoredPiece)


async def get_piece(piece_id: str, caller: Caller) -> Piece:
    """A piece of the tenant. Raises NotFound."""
    return (await load(caller.tenant_id, piece_id)).shown()


async def read_version(tenant_id: str, piece_id: str, number: int) -> ContentVersion:
    """A version with its text. Raises NotFound."""
    return await read(version_document(tenant_id, piece_id, number), ContentVersion)


async def create_piece(new: NewPiece, caller: Caller, unit: Unit, model: str | None = None) -> Piece:
    """Stage a draft, its first version and its address. Raises Conflict where the slug is taken.

    `model` names who wrote it, where that was no person.
    """
    moment, piece_id = clock.utcnow(), new_id("cnt")
    slug = new.slug or await free_slug(caller.tenant_id, new.locale, new.title, piece_id)
    piece = StoredPiece(
        **new.model_dump(exclude={"slug"}),
        id=piece_id,
        type=new.body.type,
        slug=slug,
        drafted_by_ai=model,
        created_by=caller.principal,
        contributors=[caller.principal],
        created_at=moment,
        updated_at=moment,
    )
    piece.words = words_of(piece)
    await claim(unit, piece.id, piece.locale, piece.slug)
    unit.create(piece_document(caller.tenant_id, piece.id), piece.model_dump())
    _write_version(unit, piece, None, caller.principal)
    unit.emit(ContentCreated(content_id=piece.id, content_type=piece.type, locale=piece.locale))
    return piece.shown()


async def update_piece(piece_id: str, changes: PieceChanges, version: int, caller: Caller, unit: Unit) -> Piece:
    """Save a piece as of `version`. Raises VersionMismatch, ValidationFailed, Conflict for a slug that is taken."""
    piece = await load(caller.tenant_id, piece_id)
    if piece.version != version:
        raise VersionMismatch()
    given = changes.model_dump(exclude_unset=True, exclude={"note"})
    kept = {name: value for name, value in given.items() if value is not None or name == "campaign_id"}
    text = Text.model_validate(piece.text.model_dump() | kept)
    await save(piece, text, changes.note, None, caller, unit)
    return piece.shown()


async def save(
    piece: StoredPiece, text: Text, note: str, restored_from: int | None, caller: Caller, unit: Unit
) -> None:
    """Stage `text` as the piece's newest version; a text that changes nothing is no version."""
    before = piece.text
    changed = changed_fields(before, text)
    if not changed:
        return
    if text.body.type != piece.type:
        raise ValidationFailed(f"The piece is of type {piece.type}; it cannot become {text.body.type}.")
    if text.slug != piece.slug:
        await claim(unit, piece.id, piece.locale, text.slug)
        held = {pin.slug for pin in (piece.published, piece.scheduled) if pin}
        if piece.slug not in held:
            release(unit, piece.locale, piece.slug)
    for name in changed:
        setattr(piece, name, getattr(text, name))
    piece.revision += 1
    piece.status, piece.validation, piece.words = "draft", None, words_of(piece)
    if caller.principal not in piece.contributors:
        piece.contributors = [*piece.contributors, caller.principal][-100:]
    _write_version(unit, piece, before, caller.principal, note, restored_from)
    unit.replace(piece_document(unit.tenant_id, piece.id), piece)
    unit.emit(ContentUpdated(content_id=piece.id, revision=piece.revision, changed=changed))


def words_of(piece: Piece) -> list[str]:
    """What a piece is found by, the most telling first."""
    return distinct_words(piece.title, piece.seo.keyphrase, " ".join(piece.tags), plain_text(piece.body))


def _write_version(
    unit: Unit, piece: StoredPiece, before: Text | None, by: str, note: str = "", restored_from: int | None = None
) -> None:
    version = ContentVersion(
        piece_id=piece.id,
        number=piece.revision,
        saved_by=by,
        saved_at=clock.utcnow(),
        changed=changed_fields(before, piece.text),
        note=note,
        restored_from=restored_from,
        text=piece.text,
    )
    data: dict[str, Any] = version.model_dump()
    unit.create(version_document(unit.tenant_id, piece.id, piece.revision), data)


async def existing(piece_id: str, caller: Caller) -> StoredPiece:
    """A piece of the caller's tenant as it is stored. Raises NotFound."""
    return await load(caller.tenant_id, piece_id)
