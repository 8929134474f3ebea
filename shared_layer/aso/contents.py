"""Content: created, changed, given keywords, listed, and seen as a graph."""

from __future__ import annotations

from functools import partial
from typing import Any

from shared_layer.aso.content import (
    COLLECTION,
    PIECES_AT_MOST,
    AttachedKeyword,
    Content,
    ContentChanges,
    ContentFilter,
    NewContent,
    PieceKeyword,
    content_document,
    pieces_of,
)
from shared_layer.aso.graph import ContentGraph, Graph, GraphProblem, LinkSuggestion, address
from shared_layer.aso.keyword import Keyword, keyword_document
from shared_layer.aso.sites import mark_changed
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, NotFound, ValidationFailed, VersionMismatch
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page
from shared_layer.messaging.events.aso import AsoContentChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.storage.generations import advance, cached_until_changed


class ContentDetail(Content):
    """A piece with what is wrong with it and the links that are missing from it or to it."""

    problems: list[GraphProblem]
    suggestions: list[LinkSuggestion]
    spokes: list[str]


async def create_content(new: NewContent, caller: Caller, unit: Unit) -> Content:
    """Stage a piece. Raises ValidationFailed for a hub that is none, IllegalTransition where the page is a piece."""
    pieces = await pieces_of(caller.tenant_id)
    if len(pieces) >= PIECES_AT_MOST:
        raise IllegalTransition(f"{PIECES_AT_MOST} pieces are there. Remove one first.")
    if any(address(piece.url) == address(new.url) for piece in pieces):
        raise IllegalTransition(f"{new.url} is a piece already.")
    await _check_hub(new.hub_id, new.kind, caller.tenant_id)
    moment = clock.utcnow()
    piece = Content(id=new_id("pc"), created_at=moment, updated_at=moment, **new.model_dump())
    unit.create(content_document(caller.tenant_id, piece.id), piece.model_dump())
    await _tell(piece, "created", caller, unit)
    return piece


async def get_content(content_id: Id, caller: Caller) -> ContentDetail:
    """A piece in its graph. Raises NotFound."""
    piece = await read(content_document(caller.tenant_id, content_id), Content)
    graph = Graph(await pieces_of(caller.tenant_id))
    return ContentDetail(
        **piece.model_dump(),
        problems=[one for one in graph.problems() if one.content_id == piece.id],
        suggestions=[one for one in graph.suggestions() if piece.id in (one.from_id, one.to_id)],
        spokes=[one.id for one in graph.spokes_of(piece)],
    )


async def list_content(wanted: ContentFilter, caller: Caller) -> Page[Content]:
    """Pieces by title."""
    parts = ("list", wanted.model_dump_json())
    found = await cached_until_changed(caller.tenant_id, COLLECTION, parts, lambda: _listed(wanted, caller.tenant_id))
    return Page[Content].model_validate(found)


async def _listed(wanted: ContentFilter, tenant_id: str) -> dict[str, Any]:
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION)
    for name, value in (("kind", wanted.kind), ("hub_id", wanted.hub_id)):
        if value is not None:
            found = found.where(filter=FieldFilter(name, "==", value))
    return (await page(found, Content, wanted, ["title"])).model_dump(mode="json")


async def content_graph(caller: Caller) -> ContentGraph:
    """All pieces held against each other."""
    found = await cached_until_changed(caller.tenant_id, COLLECTION, ("graph",), lambda: _graph(caller.tenant_id))
    return ContentGraph.model_validate(found)


async def _graph(tenant_id: str) -> dict[str, Any]:
    graph = Graph(await pieces_of(tenant_id))
    return ContentGraph(
        hubs=sum(piece.kind == "hub" for piece in graph.pieces),
        spokes=sum(piece.kind == "spoke" for piece in graph.pieces),
        links=len(graph.links),
        problems=graph.problems(),
        suggestions=graph.suggestions(),
    ).model_dump(mode="json")


async def update_content(content_id: Id, changes: ContentChanges, version: int, caller: Caller, unit: Unit) -> Content:
    """Change a piece as of `version`. Raises NotFound, VersionMismatch, ValidationFailed for a hub that is none."""
    piece = await _as_of(content_id, version, caller)
    for name in changes.model_fields_set:
        value = getattr(changes, name)
        if value is not None or name == "hub_id":
            setattr(piece, name, value)
    await _check_hub(piece.hub_id, piece.kind, caller.tenant_id)
    unit.replace(content_document(caller.tenant_id, content_id), piece)
    await _tell(piece, "updated", caller, unit)
    return piece


async def attach_keyword(content_id: Id, given: AttachedKeyword, caller: Caller, unit: Unit) -> Content:
    """Have a piece answer a keyword; the first one, or a primary one, is what it is about. Raises NotFound."""
    piece = await read(content_document(caller.tenant_id, content_id), Content)
    keyword = await _keyword(given.keyword_id, caller.tenant_id)
    attached = PieceKeyword(id=keyword.id, text=keyword.text, cluster_id=keyword.cluster_id, topic=keyword.topic)
    others = [one for one in piece.keywords if one.id != keyword.id]
    first = given.primary or not others or piece.keywords[0].id == keyword.id
    piece.keywords = [attached, *others] if first else [*others, attached]
    unit.replace(content_document(caller.tenant_id, content_id), piece)
    await _tell(piece, "keyword_attached", caller, unit)
    return piece


async def detach_keyword(content_id: Id, given: AttachedKeyword, caller: Caller, unit: Unit) -> Content:
    """Have a piece answer a keyword no more. Raises NotFound."""
    piece = await read(content_document(caller.tenant_id, content_id), Content)
    kept = [one for one in piece.keywords if one.id != given.keyword_id]
    if len(kept) == len(piece.keywords):
        raise NotFound("That keyword is not attached to this piece.")
    piece.keywords = kept
    unit.replace(content_document(caller.tenant_id, content_id), piece)
    await _tell(piece, "keyword_detached", caller, unit)
    return piece


async def delete_content(content_id: Id, caller: Caller, unit: Unit) -> None:
    """Stage that a piece is gone; its spokes stay, without a hub. Raises NotFound."""
    piece = await read(content_document(caller.tenant_id, content_id), Content)
    unit.delete(content_document(caller.tenant_id, content_id))
    await _tell(piece, "deleted", caller, unit)


async def _as_of(content_id: Id, version: int, caller: Caller) -> Content:
    piece = await read(content_document(caller.tenant_id, content_id), Content)
    if piece.version != version:
        raise VersionMismatch()
    return piece


async def _keyword(keyword_id: str, tenant_id: str) -> Keyword:
    """The keyword. Raises NotFound, saying how to have one."""
    try:
        return await read(keyword_document(tenant_id, keyword_id), Keyword)
    except NotFound:
        raise NotFound("There is no such keyword. Import it first: POST /api/v1/aso/keywords:import.") from None


async def _check_hub(hub_id: str | None, kind: str, tenant_id: str) -> None:
    if hub_id is None:
        return
    if kind == "hub":
        raise ValidationFailed("A hub belongs to no other hub: leave hub_id out.")
    snapshot = await content_document(tenant_id, hub_id).get()
    if not snapshot.exists or (snapshot.to_dict() or {}).get("kind") != "hub":
        raise ValidationFailed("hub_id names no hub of yours. GET /api/v1/aso/content?kind=hub lists them.")


async def _tell(piece: Content, change: str, caller: Caller, unit: Unit) -> None:
    unit.emit(AsoContentChanged(content_id=piece.id, change=change))
    await mark_changed(caller.tenant_id, unit)
    unit.after_commit(partial(advance, unit.tenant_id, COLLECTION))
