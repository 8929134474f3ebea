"""A fire of a schedule, and what came of it. Its id holds schedule and fire time, so that there can be no second one.

buffered ──▶ started ──▶ succeeded | failed | cancelled
skipped     the reason says why        missed     fires that lay too far back: the first of them, and how many
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.models import Entity, PageQuery
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

    from shared_layer.messaging.unit import Unit

COLLECTION: Final = "schedule_runs"
KEPT: Final = timedelta(days=90)
RunState = Literal["buffered", "started", "succeeded", "failed", "cancelled", "skipped", "missed"]
ENDED: Final = frozenset({"succeeded", "failed", "cancelled"})


class ScheduleRun(Entity):
    """A fire. `fire_time` is what the expression says, `due_at` that with its jitter, `created_at` when it was claimed.

    `workflow_run_id` or `event_id` is what it started; `fires` counts more than one for `missed` alone.
    """

    id: str
    schedule_id: str
    fire_time: datetime
    due_at: datetime
    kind: Literal["scheduled", "manual", "backfill"] = "scheduled"
    state: RunState
    reason: str | None = Field(default=None, description="Why it was skipped, missed or buffered.")
    fires: int = 1
    workflow_run_id: str | None = None
    event_id: str | None = None
    ended_at: datetime | None = None
    expires_at: datetime

    @property
    def stored(self) -> bool:
        """Whether it was read from Firestore."""
        return self._update_time is not None


class ScheduleRunFilter(PageQuery):
    """Which runs."""

    state: RunState | None = None


def run_id_of(schedule_id: str, fire: datetime, kind: str = "") -> str:
    """The id of the run of a fire: the schedule's, and the fire time in seconds since the epoch."""
    return f"{schedule_id}_{kind}{int(fire.timestamp())}"


def run_reference(tenant_id: str, run_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/schedule_runs/{run}`."""
    return tenant_document(tenant_id, COLLECTION, run_id)


def new_run(schedule_id: str, fire: datetime, due: datetime, run_id: str = "", **fields: Any) -> ScheduleRun:
    """A run that nothing was decided of yet."""
    moment = clock.utcnow()
    return ScheduleRun(
        id=run_id or run_id_of(schedule_id, fire),
        schedule_id=schedule_id,
        fire_time=fire.astimezone(UTC),
        due_at=due.astimezone(UTC),
        created_at=moment,
        updated_at=moment,
        expires_at=moment + KEPT,
        **({"state": "skipped"} | fields),
    )


def stage_run(run: ScheduleRun, unit: Unit) -> None:
    """Stage a run: a new one must not exist, a known one must not have changed; else the commit raises Conflict."""
    reference = run_reference(unit.tenant_id, run.id)
    if run.stored:
        unit.replace(reference, run)
    else:
        unit.create(reference, run.model_dump())
