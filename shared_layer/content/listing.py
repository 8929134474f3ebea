"""Which pieces: a list walks one index, a search ranks what its rarest word finds."""

from __future__ import annotations

from shared_layer.content.piece import COLLECTION, Piece, PieceFilter, StoredPiece
from shared_layer.content.texts import plain_text
from shared_layer.core.caller import Caller
from shared_layer.core.models import Page
from shared_layer.storage.documents import from_snapshot, page, tenant_collection
from shared_layer.storage.word_search import AskedWords, next_start, parts_of, ranked, read_start
from shared_layer.storage.words import CANDIDATES, frequencies, words_of

EQUALITIES = ("type", "status", "locale")


async def list_pieces(wanted: PieceFilter, caller: Caller) -> Page[Piece]:
    """The pieces that fit, what was written last first; with `q` the best first. Raises InvalidRequest."""
    from google.cloud.firestore import FieldFilter

    if wanted.q is not None:
        return await _search(wanted, wanted.q, caller.tenant_id)
    found = tenant_collection(caller.tenant_id, COLLECTION)
    for name in EQUALITIES:
        if (value := getattr(wanted, name)) is not None:
            found = found.where(filter=FieldFilter(name, "==", value))
    if wanted.tag is not None:
        found = found.where(filter=FieldFilter("tags", "array_contains", wanted.tag))
    pieces = await page(found, StoredPiece, wanted, ["-updated_at"])
    return Page[Piece](items=[piece.shown() for piece in pieces.items], next_cursor=pieces.next_cursor)


async def _search(wanted: PieceFilter, q: str, tenant_id: str) -> Page[Piece]:
    from google.cloud.firestore import Query

    asked, start = AskedWords(), read_start(wanted.cursor)
    for part in parts_of(q):
        asked.add(part)
    pieces = tenant_collection(tenant_id, COLLECTION)
    counted = await frequencies(pieces, asked.words)
    newest = asked.narrowed(pieces.order_by("updated_at", direction=Query.DESCENDING), counted).limit(CANDIDATES)
    candidates = [from_snapshot(snapshot, StoredPiece) for snapshot in await newest.get()]
    fitting = [(piece, _words(piece), piece.updated_at) for piece in candidates if _fits(piece, wanted)]
    found = ranked(fitting, asked, counted, len(candidates))
    items = [piece.shown() for piece in found[start : start + wanted.limit]]
    return Page[Piece](items=items, next_cursor=next_start(start, wanted.limit, found))


def _words(piece: StoredPiece) -> list[str]:
    return words_of(" ".join([piece.title, piece.seo.keyphrase, *piece.tags, plain_text(piece.body)]))


def _fits(piece: StoredPiece, wanted: PieceFilter) -> bool:
    named = all(getattr(wanted, name) in (None, getattr(piece, name)) for name in EQUALITIES)
    return named and wanted.tag in (None, *piece.tags)
