"""A piece of content: a hub about a topic, or a spoke about a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from shared_layer.aso.keyword import Url
from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.storage.documents import from_snapshot, tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "aso_content"
PIECES_AT_MOST: Final = 1000
Kind = Literal["hub", "spoke"]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Links = Annotated[
    list[Url], Field(max_length=300, examples=[["https://www.harbour-roasters.example/guides/espresso/"]])
]
KeywordIds = Annotated[list[Id], Field(max_length=200, examples=[["kw_0123456789abcdef01234567"]])]


class NewContent(Model):
    """A piece that is there or planned. `links` are the addresses that it links to; audits find them as well."""

    kind: Kind
    url: Url
    title: Title
    hub_id: Id | None = Field(default=None, description="The hub that a spoke belongs to.", examples=["con_hub"])
    links: Links = Field(default_factory=empty_list)


class ContentChanges(Model):
    """What may be changed; a field left out stays."""

    url: Url | None = None
    title: Title | None = None
    hub_id: Id | None = Field(default=None, examples=["con_hub"])
    links: Links | None = None


class AttachedKeyword(Model):
    """The keyword that a piece answers. `primary` makes it the one that the piece is about."""

    keyword_id: Id = Field(examples=["kw_0123456789abcdef01234567"])
    primary: bool = False


class PieceKeyword(Model):
    """A keyword as a piece knows it."""

    id: str
    text: str
    cluster_id: str
    topic: list[str]


class Content(Entity):
    """A piece as stored and answered. The first of its keywords is the one that it is about."""

    id: str
    kind: Kind
    url: str
    title: str
    hub_id: str | None = None
    keywords: list[PieceKeyword] = Field(default_factory=empty_list)
    links: list[str] = Field(default_factory=empty_list)

    @property
    def topic(self) -> frozenset[str]:
        """The words that say what it is about."""
        return frozenset(self.keywords[0].topic) if self.keywords else frozenset()


class ContentFilter(PageQuery):
    """Which pieces, by title."""

    kind: Kind | None = None
    hub_id: Id | None = Field(default=None, examples=["con_hub"])


def content_document(tenant_id: str, content_id: str) -> AsyncDocumentReference:
    """A piece."""
    return tenant_document(tenant_id, COLLECTION, content_id)


async def pieces_of(tenant_id: str) -> list[Content]:
    """All pieces of a tenant, at most 1,000: the graph is looked at whole."""
    found = await tenant_collection(tenant_id, COLLECTION).limit(PIECES_AT_MOST).get()
    return sorted((from_snapshot(one, Content) for one in found), key=lambda one: (one.created_at, one.id))
