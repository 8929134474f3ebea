"""A validation: what was checked, by which rules, and how it came out.

    queued → checking_links → complete       `queued`: more than 20 KB, done as a task

It fails by one error that is not waived. `checking_links`: everything else is said; a link that does not answer is
asked again two minutes later, before it is called dead.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared_layer.content.piece import CitedSource, Locale
from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.readability.scores import Readability
from shared_layer.storage.documents import tenant_document
from shared_layer.validation.corpus import Likeness
from shared_layer.validation.finding import Finding, Span, Suite

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "validations"
AT_ONCE: Final = 20 * 1024
"""Bytes that are checked while the caller waits."""

LONGEST: Final = 600_000
Status = Literal["queued", "checking_links", "complete"]
Outcome = Literal["passed", "failed"]


class ValidationRequest(Model):
    """What to check: `text`, `html`, or a piece of content, of which `revision` is the newest where it is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "Slow bread tastes of more. It takes 18 hours.",
                    "sources": [{"title": "Our bakery's log", "quote": "A loaf takes 18 hours."}],
                }
            ]
        }
    )

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=False)] | None = Field(
        default=None, examples=["Slow bread tastes of more."]
    )
    html: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=False)] | None = Field(
        default=None, examples=["<p>Slow bread</p>"]
    )
    content_id: Id | None = Field(default=None, examples=["cnt_00000000000000000000"])
    revision: Annotated[int, Field(ge=1)] | None = None
    title: Annotated[str, StringConstraints(max_length=300)] | None = None
    description: Annotated[str, StringConstraints(max_length=1000)] | None = None
    keyphrase: Annotated[str, StringConstraints(max_length=100)] = ""
    locale: Locale = "en"
    sources: Annotated[list[CitedSource], Field(max_length=20)] = Field(default_factory=empty_list)
    suites: Annotated[list[Suite], Field(min_length=1, max_length=7)] | None = Field(
        default=None, description="Left out: those of the ruleset."
    )
    ruleset_id: Id = "default"

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(one is not None for one in (self.text, self.html, self.content_id)) != 1:
            raise ValueError("give exactly one of text, html and content_id")
        if self.revision is not None and self.content_id is None:
            raise ValueError("revision belongs to content_id")
        return self


class CheckedLink(Model):
    """A link of the text that is looked at."""

    id: str
    url: str
    span: Span


class Validation(Entity):
    """A validation as it is answered. `outcome` is null while it may still come out either way."""

    id: str
    status: Status
    outcome: Outcome | None = None
    errors: int = 0
    warnings: int = 0
    kind: Literal["text", "html", "content"]
    content_id: str | None = None
    revision: int | None = None
    ruleset_id: str
    ruleset_version: int
    suites: list[Suite]
    findings: list[Finding] = Field(default_factory=empty_list)
    left_out: int = Field(default=0, description="Findings beyond the first 300.")
    readability: Readability | None = None
    likenesses: list[Likeness] = Field(default_factory=empty_list)
    links_pending: int = 0
    task_url: str | None = None
    completed_at: datetime | None = None
    created_by: str

    @property
    def deferred(self) -> bool:
        """Whether the checks are still to be done."""
        return self.status == "queued"

    def judge(self) -> None:
        """Count what is found; failed is known as soon as one error is, passed once everything is looked at."""
        self.errors = sum(finding.fails for finding in self.findings)
        self.warnings = sum(finding.severity == "warning" and not finding.waived for finding in self.findings)
        self.outcome = "failed" if self.errors else "passed" if self.status == "complete" else None


class StoredValidation(Validation):
    """A validation as it is stored. `held`: a piece's review waits for it."""

    links: list[CheckedLink] = Field(default_factory=empty_list)
    pending: list[str] = Field(default_factory=empty_list)
    held: bool = False

    def shown(self) -> Validation:
        """What may be answered."""
        return Validation.model_validate(self.model_dump(exclude={"links", "pending", "held"}))


class ValidationFilter(PageQuery):
    """Which validations, the newest first; with `content_id` the history of a piece."""

    content_id: Id | None = None
    revision: Annotated[int, Field(ge=1)] | None = None
    outcome: Outcome | None = None


def validation_document(tenant_id: str, validation_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/validations/{validation}`."""
    return tenant_document(tenant_id, COLLECTION, validation_id)
