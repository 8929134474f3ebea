"""A publication: one revision of a piece, that readers see from a moment on.

waiting → published
   '────→ cancelled
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ConfigDict, Field

from shared_layer.content.body import Body, ContentType
from shared_layer.content.piece import Seo
from shared_layer.core import clock
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "content_publications"
PUBLISHED: Final = "content_published"
AHEAD_AT_MOST: Final = timedelta(days=731)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin") from None
    return name


Zone = Annotated[str, Field(max_length=64, examples=["Europe/Berlin"]), AfterValidator(_known_zone)]


class PublishRequest(Model):
    """When, and which revision. Left out: now, the newest. `at` without an offset is the clock's in `timezone`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"at": "2028-03-26T02:30:00", "timezone": "Europe/Berlin"}]}
    )

    at: datetime | None = None
    timezone: Zone = "UTC"
    revision: Annotated[int, Field(ge=1)] | None = None

    def moment(self) -> datetime | None:
        """When in UTC; None: now. Raises ValidationFailed for a moment that is past, or more than two years ahead."""
        if self.at is None:
            return None
        moment = instant(self.at, ZoneInfo(self.timezone))
        if not clock.utcnow() < moment <= clock.utcnow() + AHEAD_AT_MOST:
            raise ValidationFailed("at lies in the past, or more than two years ahead. Leave it out to publish now.")
        return moment


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """A clock's time as a moment in UTC; an offset of its own goes first.

    An hour that comes twice counts the first time; one that the clocks skip becomes the first moment after the gap.
    """
    from datetime import UTC

    if local.tzinfo is not None:
        return local.astimezone(UTC)
    try:
        moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        # In a gap, fold 0 reads the offset from before it and fold 1 the one after: the gap ends between the two.
        before = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
        after = local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
        low, high = (local - after).replace(tzinfo=UTC), (local - before).replace(tzinfo=UTC)
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) / 2
            low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
        return high.replace(microsecond=0)
    except OverflowError:
        raise ValidationFailed("at lies more than two years ahead.") from None


class Publication(Model):
    """One revision on its way to readers."""

    id: str
    piece_id: str
    revision: int
    state: Literal["waiting", "published", "cancelled"]
    publish_at: datetime
    timezone: str
    slug: str
    by: str
    published_at: datetime | None = None


class PublishedPiece(Model):
    """What readers see: the text of the revision that was pinned, whatever was saved since."""

    piece_id: str
    publication_id: str
    type: ContentType
    locale: str
    slug: str
    url: str | None
    title: str
    body: Body
    seo: Seo
    tags: list[str]
    revision: int
    first_published_at: datetime
    published_at: datetime
    web: bool = Field(description="Whether it is a page, with an address of its own.")
    utm: dict[str, str] = Field(description="What its links to the own site carry; of a page, what links to it may.")
    index_now: str | None = Field(default=None, description="What the search engines answered when they were told.")


def publication_document(tenant_id: str, publication_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_publications/{publication}`."""
    return tenant_document(tenant_id, COLLECTION, publication_id)


def published_document(tenant_id: str, piece_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_published/{piece}`."""
    return tenant_document(tenant_id, PUBLISHED, piece_id)
