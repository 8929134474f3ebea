"""Set the rules of the review, and where the site is."""

from shared_layer.content import settings
from shared_layer.content.settings import ContentSettings, StoredSettings
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint("PUT", "/api/v1/content-settings", scope="content:publish")
async def put_content_settings(wanted: ContentSettings, caller: Caller, unit: Unit) -> StoredSettings:
    return await settings.put_settings(wanted, caller, unit)
