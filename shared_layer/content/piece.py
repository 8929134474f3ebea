"""A piece of content, and the states its working copy goes through.

    draft → in_review → approved
      ↑         │           │        a save that changes the text leads back to draft
      └─────────┴───────────┘

What is published or scheduled is beside that, and pins a revision: the copy is worked on without its readers seeing.
`revision` counts the saves (each is a version); `version`, the ETag, counts every write.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from shared_layer.content.body import Body, ContentType, WebUrl
from shared_layer.core.errors import IllegalTransition
from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "content_pieces"
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Status = Literal["draft", "in_review", "approved"]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$"), Field(examples=["en"])]
Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120), Field(examples=["slow-bread"])
]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=60, to_lower=True)]


class Seo(Model):
    """What a search engine is told: a title where it differs, the description, and what the page is to be found by."""

    meta_title: Annotated[str, StringConstraints(max_length=200)] = ""
    meta_description: Annotated[str, StringConstraints(max_length=500)] = ""
    keyphrase: Annotated[str, StringConstraints(max_length=100)] = ""


class CitedSource(Model):
    """Where a claim comes from: `quote` is the passage that bears it out."""

    title: Title
    url: WebUrl | None = None
    quote: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class NewPiece(Model):
    """A piece to be written. `slug` is made of the title where it is left out."""

    title: Title = Field(examples=["Slow bread"])
    locale: Locale = "en"
    slug: Slug | None = None
    body: Body
    seo: Seo = Field(default_factory=Seo)
    tags: Annotated[list[Tag], Field(max_length=30)] = Field(default_factory=empty_list)
    sources: Annotated[list[CitedSource], Field(max_length=20)] = Field(default_factory=empty_list)
    campaign_id: Id | None = Field(default=None, examples=["cmp_00000000000000000000"])


class PieceChanges(Model):
    """What may be changed; a field left out stays. `note` says why, in the list of versions."""

    title: Title | None = None
    slug: Slug | None = None
    body: Body | None = None
    seo: Seo | None = None
    tags: Annotated[list[Tag], Field(max_length=30)] | None = None
    sources: Annotated[list[CitedSource], Field(max_length=20)] | None = None
    campaign_id: Id | None = Field(default=None, examples=["cmp_00000000000000000000"])
    note: Annotated[str, StringConstraints(max_length=200)] = ""


class Text(Model):
    """All that a version holds."""

    title: str
    slug: str
    body: Body
    seo: Seo
    tags: list[str]
    sources: list[CitedSource]
    campaign_id: str | None = None


class ReviewDecision(Model):
    """Who approved or rejected which revision, when and why."""

    by: str
    at: datetime
    revision: int
    note: str = ""


class ContentCheck(Model):
    """How the validation of a revision came out."""

    revision: int
    outcome: Literal["pending", "passed", "failed"]
    validation_id: str | None = None
    errors: int = 0
    warnings: int = 0


class Pin(Model):
    """A revision that readers see, or will from `at` on. `publication_id`: the record of its publication."""

    revision: int
    at: datetime
    publication_id: str
    slug: str
    url: str | None = None


class Piece(Entity):
    """A piece as it is answered: the working copy, where it stands, and what of it is published."""

    id: str
    type: ContentType
    locale: str
    title: str
    slug: str
    body: Body
    seo: Seo
    tags: list[str]
    sources: list[CitedSource]
    campaign_id: str | None = None
    revision: int = Field(default=1, description="Counts the saves: the number of the newest version.")
    status: Status = "draft"
    validation: ContentCheck | None = None
    approved: ReviewDecision | None = None
    rejected: ReviewDecision | None = None
    published: Pin | None = None
    scheduled: Pin | None = None
    drafted_by_ai: str | None = Field(default=None, description="The model, where one wrote the first version.")
    created_by: str

    @property
    def text(self) -> Text:
        """What a version of this copy holds."""
        return Text.model_validate(self.model_dump(include=set(Text.model_fields)))


class StoredPiece(Piece):
    """A piece as it is stored: with the words it is found by, and who wrote at it since it was last approved."""

    words: list[str] = Field(default_factory=empty_list)
    contributors: list[str] = Field(default_factory=empty_list)
    submitted_by: str | None = None

    def shown(self) -> Piece:
        """What may be answered."""
        fields = self.model_dump(exclude={"words", "contributors", "submitted_by"})
        return Piece.model_validate(fields)

    def must_be(self, status: Status, verb: str) -> None:
        """Raises IllegalTransition where the working copy is in another state."""
        if self.status != status:
            detail = f"A piece that is {self.status} cannot be {verb}: it must be {status}."
            raise IllegalTransition(detail, status_now=self.status)


class PieceFilter(PageQuery):
    """Which pieces. `q` searches titles, texts and tags; the best come first then, else what was written last."""

    q: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    type: ContentType | None = None
    status: Status | None = None
    locale: Locale | None = None
    tag: Tag | None = None


def piece_document(tenant_id: str, piece_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_pieces/{piece}`."""
    return tenant_document(tenant_id, COLLECTION, piece_id)
