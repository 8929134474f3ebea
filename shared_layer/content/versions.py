"""The versions of a piece: listed, read, compared, restored."""

from __future__ import annotations

from shared_layer.content.piece import Piece
from shared_layer.content.pieces import existing, read_version, save
from shared_layer.content.version import (
    COLLECTION,
    Compared,
    ContentVersion,
    Diff,
    Version,
    VersionFilter,
    compared,
)
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Page
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, tenant_collection

MOST = 1_000_000


async def list_versions(piece_id: str, query: VersionFilter, caller: Caller) -> Page[Version]:
    """A piece's versions, the newest first, without their texts. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await existing(piece_id, caller)
    found = tenant_collection(caller.tenant_id, COLLECTION).where(filter=FieldFilter("piece_id", "==", piece_id))
    versions = await page(found.select(list(Version.model_fields)), Version, query, ["-number"])
    return Page[Version](items=versions.items, next_cursor=versions.next_cursor)


async def get_version(piece_id: str, number: str, caller: Caller) -> ContentVersion:
    """A version with its text. Raises NotFound, also for a number that is none."""
    await existing(piece_id, caller)
    return await read_version(caller.tenant_id, piece_id, _number(number))


async def diff_versions(piece_id: str, query: Compared, caller: Caller) -> Diff:
    """What changed from one version to another. Raises NotFound."""
    piece = await existing(piece_id, caller)
    number = query.to or piece.revision
    to = await read_version(caller.tenant_id, piece_id, number)
    base = await read_version(caller.tenant_id, piece_id, query.base or max(1, number - 1))
    return compared(piece_id, base, to)


async def restore_version(piece_id: str, number: str, caller: Caller, unit: Unit) -> Piece:
    """Stage the text of an earlier version as a new one. Raises NotFound, Conflict where its slug was taken since."""
    piece = await existing(piece_id, caller)
    version = await read_version(caller.tenant_id, piece_id, _number(number))
    await save(piece, version.text, f"Restored version {version.number}", version.number, caller, unit)
    return piece.shown()


def _number(text: str) -> int:
    """A version's number. Raises NotFound for what is none: nothing is there under it."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST):
        raise NotFound()
    return int(text)
