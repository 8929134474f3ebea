"""Tell search engines of a page that is gone, by IndexNow, where the tenant wants it."""

from shared_layer.content import index_now
from shared_layer.messaging.events.content import ContentUnpublished
from shared_layer.triggers import Unit, on_event


@on_event(("content-hub-events",), event_types=("content_unpublished",))
async def tell_of_unpublished_page(told: ContentUnpublished, unit: Unit) -> None:
    await index_now.tell(told, unit)
