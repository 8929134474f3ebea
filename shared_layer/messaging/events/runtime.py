"""Events of asynchronous work."""

from __future__ import annotations

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("task_step_due")
class TaskStepDue(EventPayload):
    """A step of an asynchronous task waits to be done."""

    task_id: str
    kind: str
    step: int


@event_type("task_finished")
class TaskFinished(EventPayload):
    task_id: str
    kind: str
    state: str
    steps: int


@event_type("workflow_stalled")
class WorkflowStalled(EventPayload):
    """Nobody worked on a task's step for `stalled_seconds`; `outcome` is `told_again` (the step) or `failed`."""

    task_id: str
    kind: str
    step: int
    stalled_seconds: int
    outcome: str
