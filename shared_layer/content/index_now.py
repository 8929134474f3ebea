"""IndexNow: search engines are told of a page the moment it is published, changed or gone.

https://www.indexnow.org/documentation: one POST to one engine, which tells the others. 200 and 202 are taken; 4xx says
that the key is not on the site or the address is another's, which no retry mends.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import orjson

from shared_layer.content.publication import published_document
from shared_layer.content.settings import read_settings
from shared_layer.core.errors import Unavailable
from shared_layer.core.settings import settings
from shared_layer.messaging.events.content import ContentPublished, ContentUnpublished
from shared_layer.messaging.unit import Unit
from shared_layer.outbound import Outbound

SECONDS: Final = 10.0
_MEANING: Final = {
    400: "not understood",
    403: "the key is not at the site's /{key}.txt",
    422: "the address is not the site's",
    429: "too many at once",
}


async def tell(told: ContentPublished | ContentUnpublished, unit: Unit) -> None:
    """Tell of one page, where the tenant wants it told. Raises Unavailable where it is to be told again."""
    site = await read_settings(unit.tenant_id)
    if not (site.index_now and site.index_now_key and told.url):
        return
    parts = urlsplit(told.url)
    body = {
        "host": parts.netloc,
        "key": site.index_now_key,
        "keyLocation": f"{parts.scheme}://{parts.netloc}/{site.index_now_key}.txt",
        "urlList": [told.url],
    }
    client = Outbound(seconds=SECONDS, limit=64 << 10, hops=0, trusted=settings().webhook_receivers)
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "Xynergy-IndexNow/1"}
    answer = await client.fetch(settings().index_now_url, method="POST", headers=headers, content=orjson.dumps(body))
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable("The search engine takes nothing at the moment.")
    outcome = "taken" if answer.status in (200, 202) else _MEANING.get(answer.status, "refused")
    if isinstance(told, ContentPublished):
        place = published_document(unit.tenant_id, told.content_id)
        if (await place.get(["piece_id"])).exists:
            unit.patch(place, {"index_now": f"{answer.status} {outcome}"})
