"""Keep which own pages a page links to, as it is published."""

from shared_layer.content import links
from shared_layer.messaging.events.content import ContentPublished
from shared_layer.triggers import Unit, on_event


@on_event(("content-hub-events",), event_types=("content_published",))
async def keep_page_links(told: ContentPublished, unit: Unit) -> None:
    await links.keep_links(told, unit)
