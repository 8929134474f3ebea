"""A task that somebody's words suggest: open → accepted (and made), dismissed, or withdrawn with its message."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery
from shared_layer.crm.contact import Name, Owner
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_task_suggestions"
State = Literal["open", "accepted", "dismissed", "withdrawn"]


class TaskSuggestion(Entity):
    """A question that waits for an answer, or a promise that waits to be kept, in the words of who wrote it.

    `reference` is the message: `channel/ts` of Slack's, the id of a mail. `task_id` is the task that was made of it.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    contact_id: str
    origin: Literal["slack", "gmail"]
    reference: str
    kind: Literal["question", "commitment"]
    title: str
    state: State = "open"
    task_id: str | None = None
    said_at: datetime
    decided_by: str | None = Field(default=None, description="Who accepted or dismissed it; `policy` where that did.")


class SuggestionFilter(PageQuery):
    """Which suggestions; those that wait for a decision, unless another `state` is asked for."""

    state: State = "open"
    contact_id: Id | None = None


class Acceptance(Model):
    """What the task is to be, where it is more than the suggestion says."""

    title: Name | None = None
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    assignee: Annotated[Owner | None, Field(description="The caller decides; nobody where it is left out.")] = None


def suggestion_id(*parts: str) -> str:
    """The id of what one message suggests: heard again, it is the same."""
    return "sug_" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def suggestion_document(tenant_id: str, suggestion: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_task_suggestions/{id}`."""
    return tenant_document(tenant_id, COLLECTION, suggestion)
