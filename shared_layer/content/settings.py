"""A tenant's rules for its content: what must be before a piece is published, and where its site is."""

from __future__ import annotations

import base64
import hmac
import os
import re
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, StringConstraints

from shared_layer.content.body import WebUrl
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "content_settings"
DOCUMENT: Final = "settings"


class ContentSettings(Model):
    """What a piece needs before it is published, and where it then is.

    `authors_may_approve`: also who wrote at a revision may approve it; off, it takes a second pair of eyes. `site_url`
    is what the addresses of pages begin with; without it nothing has an address, and the sitemap is empty. `index_now`
    tells search engines of each page (https://www.indexnow.org): the site must serve `index_now_key` at /{key}.txt.
    """

    require_approval: bool = True
    require_validation: bool = True
    authors_may_approve: bool = True
    ruleset_id: Id = Field(default="default", description="The rules that submitted pieces are held to.")
    site_name: Annotated[str, StringConstraints(max_length=100)] = ""
    site_url: WebUrl | None = None
    index_now: bool = False
    index_now_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,128}$")] | None = Field(
        default=None, examples=["2f1c9a70d4e84b6f"]
    )
    utm_source: Annotated[str, StringConstraints(max_length=60)] = Field(
        default="", description="Of links in mails and posts to the own site; left out: newsletter, or the network."
    )

    def url_of(self, locale: str, slug: str) -> str | None:
        """Where a page is: `{site_url}/{slug}`, below its locale where that is not English."""
        if self.site_url is None:
            return None
        below = "" if locale == "en" else f"/{locale.lower()}"
        return f"{self.site_url.rstrip('/')}{below}/{slug}"


class StoredSettings(ContentSettings):
    """The settings with the key by which anybody may read what is published: /api/v1/sites/{site_key}/sitemap.xml."""

    site_key: str | None = None


def settings_document(tenant_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_settings/settings`."""
    return tenant_document(tenant_id, COLLECTION, DOCUMENT)


async def read_settings(tenant_id: str) -> StoredSettings:
    """The tenant's settings, or those that every tenant begins with."""
    snapshot = await settings_document(tenant_id).get()
    return StoredSettings.model_validate(snapshot.to_dict()) if snapshot.exists else StoredSettings()


async def get_settings(caller: Caller) -> StoredSettings:
    """The caller's settings."""
    return await read_settings(caller.tenant_id)


async def put_settings(wanted: ContentSettings, caller: Caller, unit: Unit) -> StoredSettings:
    """Replace the settings. What is published stays where it is; the site keeps its key."""
    site_key = (await read_settings(caller.tenant_id)).site_key or new_site_key(caller.tenant_id)
    stored = StoredSettings(**wanted.model_dump(), site_key=site_key)
    unit.put(settings_document(caller.tenant_id), stored.model_dump())
    return stored


def new_site_key(tenant_id: str) -> str:
    """What a site is read by without a credential: it names the tenant, with 64 random bits beside."""
    return "site_" + base64.urlsafe_b64encode(f"{tenant_id} {os.urandom(8).hex()}".encode()).decode().rstrip("=")


async def site_of(site_key: str) -> tuple[str, StoredSettings]:
    """The tenant whose site it is, and its settings. Raises NotFound for a key that is no active tenant's."""
    encoded = site_key.removeprefix("site_")
    try:
        tenant_id, _, rest = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode().partition(" ")
    except ValueError:
        raise NotFound() from None
    if not re.fullmatch(r"[a-z0-9-]{1,64}", tenant_id) or not rest:
        raise NotFound()
    tenant, settings = firestore().collection("tenants").document(tenant_id), settings_document(tenant_id)
    found = {each.reference.path: each.to_dict() async for each in firestore().get_all([tenant, settings])}
    if not (stored := found.get(settings.path)) or (found.get(tenant.path) or {}).get("status") != "active":
        raise NotFound()
    kept = StoredSettings.model_validate(stored)
    if kept.site_key is None or not hmac.compare_digest(kept.site_key, site_key):
        raise NotFound()
    return tenant_id, kept
