"""Publish the pinned revisions whose time has come: each once, however many clocks tick at the same time."""

from shared_layer.content import due
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule("* * * * *", deadline=55, emits=("content_published",), resources=Resources(max_instances=1))
async def publish_due(unit: Unit) -> None:
    await due.publish_due(unit)
