"""What came of an automation upon one event: each condition with its value, each action with its attempts.

not_matched        a condition does not hold
running ──▶ succeeded | failed (an action was given up)
stopped            the event was itself caused by eight automations, one upon another: the loop ends here
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field

from shared_layer.access.delegation import Delegate
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "automation_runs"
KEPT: Final = timedelta(days=30)
RunState = Literal["not_matched", "running", "succeeded", "failed", "stopped"]


class ConditionOutcome(Model):
    """A condition over the event: what its rule answered, and whether that counts as true."""

    name: str
    rule: dict[str, Any]
    value: Any
    held: bool


class ActionOutcome(Model):
    """An action with its places filled. `missing` are paths that the event lacks; `output` ids of what it made."""

    kind: str
    retries: int
    on_failure: Literal["stop", "continue"]
    rendered: dict[str, Any]
    missing: list[str] = Field(default_factory=empty_list)
    state: Literal["waiting", "done", "failed", "skipped"] = "waiting"
    attempts: int = 0
    error: str | None = None
    output: dict[str, Any] = Field(default_factory=dict)


class AutomationRun(Entity):
    """A run. `depth` counts the automations that led to its event."""

    id: str
    automation_id: str
    automation_version: int
    event_id: str
    event_type: str
    state: RunState
    reason: str | None = None
    depth: int
    conditions: list[ConditionOutcome]
    actions: list[ActionOutcome]
    ended_at: datetime | None = None
    expires_at: datetime


class StoredRun(AutomationRun):
    """A run with whom it acts for."""

    delegate: Delegate


class RunFilter(PageQuery):
    """Which runs."""

    state: RunState | None = None


def run_reference(tenant_id: str, run_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/automation_runs/{automation}_{event}`."""
    return tenant_document(tenant_id, COLLECTION, run_id)
