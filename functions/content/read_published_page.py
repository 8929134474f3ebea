"""Read a published page by its address, or where its readers are sent instead."""

from shared_layer.content import delivery
from shared_layer.content.delivery import PublicPage, SiteKey
from shared_layer.content.piece import Locale, Slug
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/api/v1/sites/{site_key}/pages/{locale}/{slug}", scope=PUBLIC, tier="none")
async def read_published_page(site_key: SiteKey, locale: Locale, slug: Slug) -> PublicPage:
    return await delivery.read_page(site_key, locale, slug)
