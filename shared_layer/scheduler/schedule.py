"""A schedule: when, what it starts, and what happens where the run before still works.

    active ⇄ paused        by its owner, or by itself after a failed run (`pause_on_failure`)

`next_due_at` is set while it is active: the due ones of all tenants are found by it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator

from shared_layer.access.delegation import Delegate
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.scheduler.cron import Cron, Zone, delay, next_fires
from shared_layer.scheduler.schedule_run import ScheduleRun
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "schedules"
MOST: Final = 500
"""Schedules that one tenant may have."""

SHOWN_FIRES: Final = 5
DATA_BYTES: Final = 10_000
A_MOMENT: Final = timedelta(seconds=1)
"""Fires are whole minutes: what comes after a moment before one of them begins with it."""

Overlap = Literal["skip", "buffer_one", "buffer_all", "cancel_other", "allow"]
State = Literal["active", "paused"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
CatchUp = Annotated[int, Field(ge=60, le=7 * 86_400, description="Seconds that a fire may be late and still count.")]
Jitter = Annotated[int, Field(ge=0, le=3600, description="A fire is put off by up to this, the same each time asked.")]


def _small(value: dict[str, Any]) -> dict[str, Any]:
    import orjson

    if len(orjson.dumps(value)) > DATA_BYTES:
        raise ValueError(f"it is longer than {DATA_BYTES} bytes as JSON")
    return value


class WorkflowTarget(Model):
    """Start a workflow of GET /api/v1/workflows with this input."""

    kind: Literal["workflow"]
    workflow: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    input: dict[str, Any] = Field(default_factory=dict)

    _small = field_validator("input")(_small)


class EventTarget(Model):
    """Emit `schedule_fired` with this data: automations, webhooks and live listeners take it from there."""

    kind: Literal["event"]
    data: dict[str, Any] = Field(default_factory=dict)

    _small = field_validator("data")(_small)


Target = Annotated[WorkflowTarget | EventTarget, Field(discriminator="kind")]


class NewSchedule(Model):
    """A schedule to make. What it starts is done with those scopes of yours that this takes, and no others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Monday digest",
                    "cron": "0 9 * * MON",
                    "timezone": "Europe/Berlin",
                    "target": {"kind": "event", "data": {"topic": "digest"}},
                }
            ]
        }
    )

    name: Name
    cron: Cron
    timezone: Zone = "UTC"
    target: Target
    overlap: Overlap = "skip"
    catch_up_seconds: CatchUp = 3600
    jitter_seconds: Jitter = 0
    pause_on_failure: bool = False
    state: State = "active"


class ScheduleChanges(Model):
    """What may be changed; a field left out stays. `paused` and `active` pause and resume."""

    name: Name | None = None
    cron: Cron | None = None
    timezone: Zone | None = None
    target: Target | None = None
    overlap: Overlap | None = None
    catch_up_seconds: CatchUp | None = None
    jitter_seconds: Jitter | None = None
    pause_on_failure: bool | None = None
    state: State | None = None


class Skip(Model):
    """A fire that started nothing, and why."""

    fire_time: datetime
    reason: str


class ScheduleBase(Entity):
    """What a schedule is, stored and shown. `running` and `buffered` name runs of it."""

    id: str
    name: str
    cron: str
    timezone: str
    target: WorkflowTarget | EventTarget = Field(discriminator="kind")
    overlap: Overlap
    catch_up_seconds: int
    jitter_seconds: int
    pause_on_failure: bool
    state: State
    paused_because: str | None = None
    next_fire_at: datetime | None = None
    next_due_at: datetime | None = Field(default=None, description="`next_fire_at` and its jitter.")
    running: list[str] = Field(default_factory=empty_list)
    buffered: list[str] = Field(default_factory=empty_list)
    last_skip: Skip | None = None
    created_by: str


class Schedule(ScheduleBase):
    """A schedule with its next five fire times, in its own time zone; a paused one has none."""

    next_fire_times: list[datetime]
    last_run: ScheduleRun | None = None


class StoredSchedule(ScheduleBase):
    """A schedule with whom it acts for. `last_run` is the id of what it started last."""

    delegate: Delegate
    last_run_id: str | None = None

    def aim(self, after: datetime) -> None:
        """Set the next fire: the first one later than `after`, and when it is due; none where the expression ends."""
        found = next_fires(self.cron, self.timezone, after, 2)
        self.next_fire_at = found[0] if found else None
        self.next_due_at = self.due(*found) if found else None

    def due(self, fire: datetime, following: datetime | None = None) -> datetime:
        """When a fire is due."""
        return fire + delay(self.id, fire, self.jitter_seconds, following)

    def pause(self, reason: str | None) -> None:
        """Fire no more."""
        self.state, self.paused_because, self.next_fire_at, self.next_due_at = "paused", reason, None, None

    def upcoming(self, after: datetime, count: int = SHOWN_FIRES) -> list[datetime]:
        """The next fire times from `next_fire_at` on; none while it is paused."""
        if self.next_fire_at is None:
            return []
        return next_fires(self.cron, self.timezone, max(after, self.next_fire_at - A_MOMENT), count)


def schedule_reference(tenant_id: str, schedule_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/schedules/{schedule}`."""
    return tenant_document(tenant_id, COLLECTION, schedule_id)


class ScheduleFilter(PageQuery):
    """Which schedules."""

    state: State | None = None
