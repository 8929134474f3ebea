"""What anybody may read of a tenant's site, by its key: a page, the sitemap, the feed."""

from __future__ import annotations

from typing import Annotated, Any, Final
from xml.sax.saxutils import escape, quoteattr

from pydantic import StringConstraints
from starlette.responses import Response

from shared_layer.content.body import BlogBody
from shared_layer.content.publication import PUBLISHED, PublishedPiece, published_document
from shared_layer.content.publishing import CACHED
from shared_layer.content.settings import StoredSettings, site_of
from shared_layer.content.slugs import read_address
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model
from shared_layer.storage.cache import cached
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.rates import admit

READS_A_MINUTE: Final = 1200
PAGES_AT_MOST: Final = 5_000
FEED_LENGTH: Final = 30
SiteKey = Annotated[str, StringConstraints(pattern=r"^site_[A-Za-z0-9_-]{20,200}$")]


class XmlResponse(Response):
    """A document that crawlers and feed readers fetch."""

    media_type = "application/xml"


class PublicPage(Model):
    """A page as readers see it, or where they are sent instead."""

    page: PublishedPiece | None = None
    redirect_to: str | None = None


async def site(site_key: str) -> tuple[str, StoredSettings]:
    """The site, counted by its key. Raises NotFound, RateLimited."""
    await admit("sites", site_key, READS_A_MINUTE)
    return await site_of(site_key)


async def read_page(site_key: str, locale: str, slug: str) -> PublicPage:
    """The published page at an address. Raises NotFound."""
    tenant_id, _ = await site(site_key)

    async def load() -> dict[str, Any] | None:
        found = await _page_at(tenant_id, locale, slug)
        return found.model_dump(mode="json") if found else None

    found = (await cached(tenant_id, CACHED, (locale, slug), load)).value
    if found is None:
        raise NotFound("Nothing is published at this address.")
    return PublicPage.model_validate(found)


async def _page_at(tenant_id: str, locale: str, slug: str) -> PublicPage | None:
    address = await read_address(tenant_id, locale, slug)
    if address is None:
        return None
    if address.kind == "redirect":
        return PublicPage(redirect_to=address.redirect_to)
    snapshot = await published_document(tenant_id, address.piece_id).get()
    if not snapshot.exists:
        return None
    page = PublishedPiece.model_validate(snapshot.to_dict())
    return PublicPage(page=page) if page.web and page.slug == slug and page.locale == locale else None


async def sitemap(site_key: str) -> XmlResponse:
    """The site's pages after https://www.sitemaps.org/protocol.html, the newest 5,000."""
    tenant_id, _ = await site(site_key)
    pages = await _newest(tenant_id, PAGES_AT_MOST, ["url", "published_at"])
    entries = "".join(
        f"<url><loc>{escape(page['url'])}</loc><lastmod>{page['published_at'].date().isoformat()}</lastmod></url>"
        for page in pages
        if page["url"]
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return _xml(f"{head}{entries}</urlset>")


async def feed(site_key: str) -> XmlResponse:
    """The newest 30 articles as an Atom feed (RFC 4287)."""
    tenant_id, settings = await site(site_key)
    found = await _newest(tenant_id, FEED_LENGTH, None)
    pages = [page for page in map(PublishedPiece.model_validate, found) if isinstance(page.body, BlogBody)]
    updated = max((page.published_at.isoformat() for page in pages), default="1970-01-01T00:00:00+00:00")
    return _xml(
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>urn:xynergy:{escape(site_key)}</id><title>{escape(settings.site_name or 'Articles')}</title>"
        f"<updated>{updated}</updated><author><name>{escape(settings.site_name or 'The editors')}</name></author>"
        f"{''.join(_entry(page) for page in pages)}</feed>"
    )


def _entry(page: PublishedPiece) -> str:
    body = page.body
    assert isinstance(body, BlogBody)
    link = f"<link href={quoteattr(page.url)}/>" if page.url else ""
    return (
        f"<entry><id>urn:xynergy:{page.piece_id}</id><title>{escape(page.title)}</title>{link}"
        f"<published>{page.first_published_at.isoformat()}</published><updated>{page.published_at.isoformat()}</updated>"
        f'<summary>{escape(body.excerpt)}</summary><content type="html">{escape(body.html)}</content></entry>'
    )


async def _newest(tenant_id: str, most: int, fields: list[str] | None) -> list[dict[str, Any]]:
    from google.cloud.firestore import FieldFilter, Query

    found = tenant_collection(tenant_id, PUBLISHED).where(filter=FieldFilter("web", "==", True))
    newest = found.order_by("published_at", direction=Query.DESCENDING).limit(most)
    if fields:
        newest = newest.select(fields)
    return [one.to_dict() or {} for one in await newest.get()]


def _xml(text: str) -> XmlResponse:
    return XmlResponse(text, headers={"Cache-Control": "public, max-age=300"})
