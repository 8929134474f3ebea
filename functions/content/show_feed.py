"""Show a site's newest articles to feed readers: an Atom feed."""

from shared_layer.content import delivery
from shared_layer.content.delivery import SiteKey, XmlResponse
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/api/v1/sites/{site_key}/feed.xml", scope=PUBLIC, tier="none")
async def show_feed(site_key: SiteKey) -> XmlResponse:
    return await delivery.feed(site_key)
