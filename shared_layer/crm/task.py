"""Tasks of people: due, remembered, assigned, done; one that recurs is followed by the next when it is done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery
from shared_layer.crm.attachment import Attachment
from shared_layer.crm.contact import Name, Owner
from shared_layer.crm.recurrence import Rule
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_tasks"
Status = Literal["open", "done", "cancelled"]
TaskText = Annotated[str, StringConstraints(max_length=5000)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin")
    return name


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone), Field(examples=["Europe/Berlin"])]


class CrmTaskDraft(Attachment):
    """A task to do. `recurrence` is an RFC 5545 rule that begins at `due_at`, reckoned in `timezone`."""

    title: Name
    text: TaskText = ""
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    assignee: Owner | None = None
    recurrence: Rule | None = None
    timezone: Zone = "UTC"

    @model_validator(mode="after")
    def _has_a_beginning(self) -> CrmTaskDraft:
        if self.recurrence is not None and self.due_at is None:
            raise ValueError("a task that recurs needs due_at: the rule begins there")
        return self


class CrmTaskChanges(Model):
    """What may be changed; a field left out stays, null empties it. `done` brings the next of a task that recurs."""

    title: Name | None = None
    text: TaskText | None = None
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    assignee: Owner | None = None
    recurrence: Rule | None = None
    status: Status | None = None


class CrmTask(Entity, CrmTaskDraft):
    """A task. `series_from` is when the first of its series was due; `next_id` the task that followed it."""

    model_config = ConfigDict(extra="ignore")

    id: str
    status: Status = "open"
    series_from: datetime | None = None
    occurrence: int = 1
    done_at: datetime | None = None
    reminded_at: datetime | None = None
    next_id: str | None = None
    created_by: str


class CrmTaskFilter(PageQuery):
    """Which tasks. `overdue` are those open and due by now, the longest waiting first."""

    contact_id: Id | None = None
    deal_id: Id | None = None
    assignee: Owner | None = None
    status: Status | None = None
    overdue: bool = False


def crm_task_document(tenant_id: str, task_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_tasks/{id}`."""
    return tenant_document(tenant_id, COLLECTION, task_id)
