"""A deal, and the stages it goes through: any open one to any other, and at last won or lost.

qualification ⇄ proposal ⇄ negotiation → won | lost. A deal that is closed can be opened again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared_layer.core.currency import Currency
from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.crm.contact import Name, Owner
from shared_layer.crm.counters import Facts
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_deals"
DealStage = Literal["qualification", "proposal", "negotiation", "won", "lost"]
CLOSED: Final = ("won", "lost")
Amount = Annotated[int, Field(ge=0, le=10**15)]


class DealDraft(Model):
    """A deal to follow. `amount_minor` is in the currency's smallest unit; `close_on` is when it should be won."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Website relaunch", "amount_minor": 1200000}]})

    title: Name
    contact_id: Id | None = None
    amount_minor: Amount = 0
    currency: Currency = "USD"
    stage: DealStage = "qualification"
    close_on: date | None = None
    owner: Owner | None = None


class DealChanges(Model):
    """What may be changed; a field left out stays. `reason` is kept with a change of stage."""

    title: Name | None = None
    amount_minor: Amount | None = None
    currency: Currency | None = None
    stage: DealStage | None = None
    close_on: date | None = None
    owner: Owner | None = None
    contact_id: Id | None = None
    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class StageEntry(Model):
    """When a deal came to a stage, who moved it, and why."""

    stage: DealStage
    entered_at: datetime
    by: str
    reason: str = ""


class Deal(Entity):
    """A deal with the stages that it went through. `closed_at` is when it was won or lost."""

    model_config = ConfigDict(extra="ignore")

    id: str
    contact_id: str | None = None
    title: str
    amount_minor: int
    currency: str
    stage: DealStage
    close_on: date | None = None
    owner: str | None = None
    stages: list[StageEntry] = Field(default_factory=empty_list, description="The last 100, the earliest first.")
    opened_at: datetime
    closed_at: datetime | None = None
    created_by: str

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As Firestore takes it: a date is text."""
        data = super().model_dump(**options)
        if isinstance(data.get("close_on"), date):
            data["close_on"] = data["close_on"].isoformat()
        return data

    def facts(self) -> Facts:
        """What the deal counts for: number and amount by stage, owner, and how many seconds it took to be closed."""
        counted = {
            ("deals", "total"): 1,
            ("deals", "stage", self.stage): 1,
            ("deals", "owner", self.owner or "", self.stage): 1,
            ("deals", "amount", self.currency, self.stage): self.amount_minor,
        }
        if self.closed_at is not None:
            counted["deals", "seconds", self.stage] = int((self.closed_at - self.opened_at).total_seconds())
        return counted


class DealFilter(PageQuery):
    """Which deals."""

    contact_id: Id | None = None
    stage: DealStage | None = None
    owner: Owner | None = None


def deal_document(tenant_id: str, deal_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_deals/{id}`."""
    return tenant_document(tenant_id, COLLECTION, deal_id)
