"""Events of schedules and automations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("schedule_changed")
class ScheduleChanged(EventPayload):
    """A schedule was `created`, `updated`, `paused`, `resumed` or `deleted`."""

    schedule_id: str
    status: str


@event_type("schedule_fired")
class ScheduleFired(EventPayload):
    """A schedule's time has come, and an event is what it was to start; `data` is what its owner wrote there."""

    schedule_id: str
    schedule_run_id: str
    schedule_name: str
    fire_time: datetime
    data: dict[str, Any]


@event_type("schedule_run_ended")
class ScheduleRunEnded(EventPayload):
    """What a schedule started has `succeeded`, `failed` or was `cancelled`."""

    schedule_id: str
    schedule_run_id: str
    state: str


@event_type("workflow_stop_due")
class WorkflowStopDue(EventPayload):
    """A run of a workflow is to be cancelled, because a schedule's next one takes its place."""

    run_id: str


@event_type("automation_changed")
class AutomationChanged(EventPayload):
    """An automation was `created`, `updated`, `enabled`, `disabled` or `deleted`."""

    automation_id: str
    status: str


@event_type("automation_action_due")
class AutomationActionDue(EventPayload):
    """The action number `action` of an automation's run is to be done."""

    automation_run_id: str
    action: int


@event_type("automation_run_ended")
class AutomationRunEnded(EventPayload):
    """Every action of a run was done (`succeeded`), or one was given up (`failed`)."""

    automation_id: str
    automation_run_id: str
    state: str


@event_type("automation_event")
class AutomationEvent(EventPayload):
    """What an automation was told to say: `name` and `data` are its owner's words."""

    automation_id: str
    name: str
    data: dict[str, Any]
