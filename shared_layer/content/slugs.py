"""Who has which address: a document for each locale and slug, written with the precondition that there is none.

{locale}:{slug} → the piece that has it, or where a reader is sent who still comes by it
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, Literal

from shared_layer.content.piece import SLUG
from shared_layer.core.errors import Conflict
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "content_slugs"
LONGEST: Final = 80


class Address(Model):
    """An address. `redirect_to` is a path or a URL, of a piece that is no longer here."""

    piece_id: str
    locale: str
    slug: str
    kind: Literal["piece", "redirect"] = "piece"
    redirect_to: str | None = None


def address_document(tenant_id: str, locale: str, slug: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_slugs/{locale}:{slug}`."""
    return tenant_document(tenant_id, COLLECTION, f"{locale}:{slug}")


async def read_address(tenant_id: str, locale: str, slug: str) -> Address | None:
    """Who has an address; None where nobody has."""
    snapshot = await address_document(tenant_id, locale, slug).get()
    return Address.model_validate(snapshot.to_dict()) if snapshot.exists else None


def slug_of(title: str, fallback: str) -> str:
    """A title as an address: small letters without accents, digits, hyphens; `fallback` for one in another script."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join("".join(sign if sign.isalnum() else " " for sign in plain.replace("'", "")).split())
    slug = slug[:LONGEST].rsplit("-", 1)[0] if len(slug) > LONGEST and "-" in slug[:LONGEST] else slug[:LONGEST]
    return slug if SLUG.fullmatch(slug) else fallback


async def free_slug(tenant_id: str, locale: str, title: str, piece_id: str) -> str:
    """A free address for a title: its own, else with the end of the piece's id."""
    tail = piece_id.rpartition("_")[2][-6:]
    slug = slug_of(title, tail)
    return slug if await read_address(tenant_id, locale, slug) is None else f"{slug}-{tail}"


async def claim(unit: Unit, piece_id: str, locale: str, slug: str) -> None:
    """Stage the piece as the address's owner. Raises Conflict where another has it, now or when it is committed."""
    held = await read_address(unit.tenant_id, locale, slug)
    if held is not None and held.piece_id != piece_id:
        raise Conflict(f"The slug {slug} is taken in {locale}. Choose another.", slug=slug, piece_id=held.piece_id)
    address = Address(piece_id=piece_id, locale=locale, slug=slug)
    if held is None:
        unit.create(address_document(unit.tenant_id, locale, slug), address.model_dump())
    else:
        unit.put(address_document(unit.tenant_id, locale, slug), address.model_dump())


def redirect(unit: Unit, piece_id: str, locale: str, slug: str, to: str) -> None:
    """Stage that who comes by an address is sent on."""
    address = Address(piece_id=piece_id, locale=locale, slug=slug, kind="redirect", redirect_to=to)
    unit.put(address_document(unit.tenant_id, locale, slug), address.model_dump())


def release(unit: Unit, locale: str, slug: str) -> None:
    """Stage that an address is free again."""
    unit.delete(address_document(unit.tenant_id, locale, slug))
