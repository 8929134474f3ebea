"""A keyword: a search that the tenant follows, with what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared_layer.aso.phrase import Intent
from shared_layer.core.addresses import checked
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "aso_keywords"

Tag = Annotated[str, StringConstraints(min_length=1, max_length=60, to_lower=True)]
Tags = Annotated[list[Tag], Field(max_length=20, examples=[["guide", "q3"]])]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Url = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^https?://[!-~]+$"),
    AfterValidator(checked),
    Field(examples=["https://www.harbour-roasters.example/shop/espresso-beans/"]),
]
Volume = Annotated[int, Field(ge=0, le=1_000_000_000)]
Difficulty = Annotated[int, Field(ge=0, le=100)]


class Keyword(Entity):
    """A keyword as stored. `volume` are searches a month and `difficulty` 0 to 100, as whoever imported it says.

    `cluster_id` is the same for searches that one page serves; `target_url` is the page that is meant to.
    """

    id: str
    text: str
    spelling: str = Field(description="As it was first written.")
    intent: Intent
    intent_set: bool = Field(default=False, description="Whether the intent was given, not read from the words.")
    branded: bool
    cluster_id: str
    topic: list[str] = Field(description="The words that say what it is about, singular.")
    volume: int | None = None
    difficulty: int | None = None
    tags: list[str] = Field(default_factory=empty_list)
    target_url: str | None = None
    origin: Literal["csv", "search_console", "api"]


class KeywordRow(Model):
    """A keyword to be imported; what is left out says nothing."""

    keyword: Text = Field(examples=["best espresso beans"])
    volume: Volume | None = None
    difficulty: Difficulty | None = None
    intent: Intent | None = None
    tags: Tags = Field(default_factory=empty_list)
    target_url: Url | None = None


class KeywordFilter(PageQuery):
    """Which keywords; the performance is of `site_id` (the oldest site where none is named) over 28 days."""

    site_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$", examples=["site_1"])] | None = None
    intent: Intent | None = None
    branded: bool | None = None
    cluster_id: Annotated[str, Field(pattern=r"^clu_[0-9a-f]{16}$", examples=["clu_0123456789abcdef"])] | None = None
    tag: Annotated[str, Field(max_length=60)] | None = None


def keyword_document(tenant_id: str, keyword_id: str) -> AsyncDocumentReference:
    """A keyword; its id is made from its spelling."""
    return tenant_document(tenant_id, COLLECTION, keyword_id)
