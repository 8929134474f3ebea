"""Get the rules of the review, and where the site is."""

from shared_layer.content import settings
from shared_layer.content.settings import StoredSettings
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/content-settings", scope="content:read")
async def get_content_settings(caller: Caller) -> StoredSettings:
    return await settings.get_settings(caller)
