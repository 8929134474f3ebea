"""Tell search engines of a page that was published, by IndexNow, where the tenant wants it."""

from shared_layer.content import index_now
from shared_layer.messaging.events.content import ContentPublished
from shared_layer.triggers import Unit, on_event


@on_event(("content-hub-events",), event_types=("content_published",))
async def tell_of_published_page(told: ContentPublished, unit: Unit) -> None:
    await index_now.tell(told, unit)
