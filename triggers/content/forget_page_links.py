"""Forget the links of a page that is gone."""

from shared_layer.content import links
from shared_layer.messaging.events.content import ContentUnpublished
from shared_layer.triggers import Unit, on_event


@on_event(("content-hub-events",), event_types=("content_unpublished",))
async def forget_page_links(told: ContentUnpublished, unit: Unit) -> None:
    await links.forget_links(told, unit)
