"""An opportunity: where more clicks are to be had, how many, by what evidence, and what to do."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from shared_layer.aso.days import Day
from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "aso_opportunities"
Kind = Literal["striking_distance", "ctr_gap", "decay", "cannibalisation", "missing_spoke"]
Status = Literal["open", "dismissed", "snoozed", "resolved"]
KINDS: Final[tuple[Kind, ...]] = ("striking_distance", "ctr_gap", "decay", "cannibalisation", "missing_spoke")


class Finding(Model):
    """An opportunity as it is found in the numbers. `subject` names it within its kind and site, as long as it lasts.

    `extra_clicks` are for 28 days. Each row of `evidence` holds the numbers that it was concluded from.
    """

    kind: Kind
    subject: str
    query: str | None = None
    page: str | None = None
    cluster_id: str | None = None
    extra_clicks: float
    reason: str
    next_action: str
    evidence: list[dict[str, Any]]


class Opportunity(Entity):
    """An opportunity as stored and answered. `revenue_minor` is null where a click's value is not known."""

    id: str
    site_id: str
    kind: Kind
    status: Status = "open"
    subject: str
    query: str | None = None
    page: str | None = None
    cluster_id: str | None = None
    extra_clicks: float = Field(description="Clicks more in 28 days, expected.")
    revenue_minor: int | None = Field(description="What they are worth, in the smallest unit of the currency.")
    currency: str
    revenue_note: str | None = Field(default=None, description="Why there is no revenue.")
    reason: str
    next_action: str
    evidence: list[dict[str, Any]]
    since: Day
    until: Day
    found_at: datetime
    snoozed_until: datetime | None = None
    note: str | None = None
    misses: int = Field(default=0, description="Computations in a row that did not find it any more.")


class OpportunityFilter(PageQuery):
    """Which opportunities; without a status those that are open, snoozed ones whose time is over among them."""

    site_id: Id | None = Field(default=None, examples=["site_1"])
    kind: Kind | None = None
    status: Status | None = None


class Dismissal(Model):
    """Why it is none; it is not told of again."""

    note: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None


class Snooze(Model):
    """Until when nobody wants to hear of it."""

    until: AwareDatetime
    note: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None


def opportunity_id(site_id: str, kind: str, subject: str) -> str:
    """The id of an opportunity: the same each time it is found."""
    name = "\n".join((site_id, kind, subject))
    return f"opp_{hashlib.sha256(name.encode()).hexdigest()[:24]}"


def opportunity_document(tenant_id: str, one: str) -> AsyncDocumentReference:
    """An opportunity."""
    return tenant_document(tenant_id, COLLECTION, one)
