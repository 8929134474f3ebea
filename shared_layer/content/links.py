"""Which published page links to which: kept by each publication, asked from both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pydantic import Field

from shared_layer.content.piece import SLUG
from shared_layer.content.pieces import existing
from shared_layer.content.publication import PublishedPiece, published_document
from shared_layer.content.settings import ContentSettings, read_settings
from shared_layer.content.slugs import read_address
from shared_layer.content.texts import addresses_in
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model, empty_list
from shared_layer.messaging.events.content import ContentPublished, ContentUnpublished
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "content_links"
LINKS_AT_MOST: Final = 200
SHOWN_AT_MOST: Final = 200


class PageLinks(Model):
    """The own pages that a published page links to; `missing` are addresses of the site that no piece has."""

    piece_id: str
    links_to: list[str] = Field(default_factory=empty_list)
    missing: list[str] = Field(default_factory=empty_list)


class LinkGraph(PageLinks):
    """A page's links in both directions. Where `linked_from` is empty, no own page leads to it."""

    linked_from: list[str]


def links_document(tenant_id: str, piece_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_links/{piece}`."""
    return tenant_document(tenant_id, COLLECTION, piece_id)


async def keep_links(told: ContentPublished, unit: Unit) -> None:
    """Stage the own pages that a page links to as it is published now; what was taken back meanwhile links to none."""
    snapshot = await published_document(unit.tenant_id, told.content_id).get()
    if not snapshot.exists:
        return
    page = PublishedPiece.model_validate(snapshot.to_dict())
    settings = await read_settings(unit.tenant_id)
    found = PageLinks(piece_id=page.piece_id)
    for url in list(dict.fromkeys(addresses_in(page.body)))[:LINKS_AT_MOST]:
        place = own_address(url, settings)
        if place is None:
            continue
        address = await read_address(unit.tenant_id, *place)
        if address is None:
            found.missing.append(url)
        elif address.piece_id != page.piece_id and address.piece_id not in found.links_to:
            found.links_to.append(address.piece_id)
    unit.put(links_document(unit.tenant_id, page.piece_id), found.model_dump())


async def forget_links(told: ContentUnpublished, unit: Unit) -> None:
    """Stage that a page which is gone links to nothing."""
    if not (await published_document(unit.tenant_id, told.content_id).get(["piece_id"])).exists:
        unit.delete(links_document(unit.tenant_id, told.content_id))


async def get_links(piece_id: str, caller: Caller) -> LinkGraph:
    """A published page's links in both directions, up to 200 each. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    piece = await existing(piece_id, caller)
    snapshot = await links_document(caller.tenant_id, piece.id).get()
    kept = PageLinks.model_validate(snapshot.to_dict()) if snapshot.exists else PageLinks(piece_id=piece.id)
    pages = tenant_collection(caller.tenant_id, COLLECTION)
    inbound = pages.where(filter=FieldFilter("links_to", "array_contains", piece.id)).select([]).limit(SHOWN_AT_MOST)
    return LinkGraph(**kept.model_dump(), linked_from=sorted([one.id async for one in inbound.stream()]))


def own_address(url: str, settings: ContentSettings) -> tuple[str, str] | None:
    """Locale and slug of an address below the tenant's site; None for another's, and for one that no page can have."""
    if settings.site_url is None:
        return None
    base = urlsplit(settings.site_url)
    try:
        parts = urlsplit(url)
        if parts.netloc and parts.hostname != base.hostname:
            return None
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or not parts.path.startswith(f"{base.path.rstrip('/')}/"):
        return None
    names = parts.path.removeprefix(base.path.rstrip("/")).strip("/").split("/")
    locale, slug = (names[0], names[1]) if len(names) == 2 else ("en", names[0])
    language, _, region = locale.partition("-")
    locale = f"{language}-{region.upper()}" if region else language
    return (locale, slug) if len(names) <= 2 and SLUG.fullmatch(slug) and language.isalpha() else None
