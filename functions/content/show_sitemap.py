"""Show a site's pages to crawlers: sitemap.xml."""

from shared_layer.content import delivery
from shared_layer.content.delivery import SiteKey, XmlResponse
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/api/v1/sites/{site_key}/sitemap.xml", scope=PUBLIC, tier="none")
async def show_sitemap(site_key: SiteKey) -> XmlResponse:
    return await delivery.sitemap(site_key)
