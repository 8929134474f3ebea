"""A site: a property of Search Console whose search performance is followed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints

from shared_layer.aso.days import Day
from shared_layer.core.models import Entity, Model, PageQuery
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "aso_sites"
SITES_AT_MOST: Final = 20
DOMAIN: Final = "sc-domain:"

Mode = Literal["mock", "live"]

SiteUrl = Annotated[
    str,
    StringConstraints(
        max_length=300,
        pattern=r"^(sc-domain:[a-z0-9][a-z0-9.-]{0,251}[a-z0-9]|https?://[a-z0-9][a-z0-9.-]{0,251}[a-z0-9](:\d{1,5})?/([!-~]*/)?)$",
    ),
    Field(examples=["https://www.harbour-roasters.example/"]),
]
"""As Search Console writes it: `sc-domain:example.com`, or an address that ends with a slash."""


class NewSite(Model):
    """Which property to follow."""

    site_url: SiteUrl = Field(description="sc-domain:example.com, or https://www.example.com/ with its slash.")


class Site(Entity):
    """A site as stored and answered. `mode` is mock until Search Console is connected.

    `data_date` is the newest day with data, `first_date` the oldest; `problem` says why it is not pulled.
    """

    id: str
    site_url: str
    mode: Mode
    data_date: Day | None = None
    first_date: Day | None = None
    last_synced_at: datetime | None = None
    opportunities_at: datetime | None = None
    changed: bool = Field(default=False, description="Whether the opportunities rest on data that has changed since.")
    problem: str | None = None

    @property
    def host(self) -> str:
        """The domain that the property is of."""
        if self.site_url.startswith(DOMAIN):
            return self.site_url.removeprefix(DOMAIN)
        return urlsplit(self.site_url).hostname or ""

    @property
    def base(self) -> str:
        """The address that its pages begin with."""
        return f"https://{self.host}/" if self.site_url.startswith(DOMAIN) else self.site_url

    @property
    def name(self) -> str:
        """The first part of the domain that says something: `www.acme-tools.co.uk` becomes `acme tools`."""
        parts = [part for part in self.host.split(".") if part not in ("www", "shop", "blog", "m")]
        return re.sub(r"[-_]+", " ", parts[0] if parts else self.host)


class SiteQuery(PageQuery):
    """The tenant's sites, newest first."""


def site_document(tenant_id: str, site_id: str) -> AsyncDocumentReference:
    """A site."""
    return tenant_document(tenant_id, COLLECTION, site_id)
