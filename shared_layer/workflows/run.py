"""A run as its owner sees it: every step with its state, attempts, error and cost. Any other task is shown alike."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shared_layer.core.models import Entity, Model, PageQuery
from shared_layer.runtime.tasks import WORKFLOW, State, StoredTask, TaskError
from shared_layer.workflows.catalogue import definitions
from shared_layer.workflows.progress import Progress, StepRecord

StepState = Literal["waiting", "working", "done", "failed", "undoing", "undone", "kept", "not_done"]


class RunStep(Model):
    """A step. `error` is of the last attempt that failed; `kept`: nothing undoes it; `not_done`: the run ended before.

    `cost_micros` are millionths of a US dollar.
    """

    name: str
    state: StepState
    attempts: int = 0
    error: TaskError | None = None
    output: dict[str, Any] = Field(default_factory=dict)
    cost_micros: int = 0
    finished_at: datetime | None = None


class WorkflowRun(Entity):
    """A run. `cancelling` undoes its steps, the last one first; `definition` is the version that it is pinned to.

    For a task that is no workflow, `workflow`, `definition` and `input` are null and there are no named steps.
    """

    id: str
    kind: str
    workflow: str | None = None
    definition: int | None = None
    state: State | Literal["cancelling"]
    percent: int
    run_key: str | None = None
    origin: str | None = Field(default=None, description="What started it, where that was no call: a schedule's run.")
    input: dict[str, Any] | None = None
    steps: list[RunStep]
    attempts: int = Field(description="At the step that it is at.")
    error: TaskError | None = None
    outcome: dict[str, Any] = Field(default_factory=dict)
    cost_micros: int = 0
    cost_usd: float = 0.0
    url: str
    result_url: str | None = None
    created_by: str
    request_id: str


class RunFilter(PageQuery):
    """Which runs: of one workflow, in one state. Without `workflow` every asynchronous task is listed."""

    workflow: Annotated[str, Field(max_length=63)] | None = None
    state: State | None = None


def shown(task: StoredTask) -> WorkflowRun:
    """The run that a task is."""
    fields = {name: getattr(task, name) for name in WorkflowRun.model_fields if name in StoredTask.model_fields}
    if not task.kind.startswith(WORKFLOW):
        return WorkflowRun.model_validate(fields | {"steps": [], "input": None})
    progress = Progress.of(task)
    back = progress.direction != "forward"
    return WorkflowRun.model_validate(
        fields
        | {
            "workflow": task.input["workflow"],
            "definition": progress.definition,
            "state": "cancelling" if back and not task.finished else task.state,
            "run_key": task.input["run_key"],
            "origin": task.input["origin"] or None,
            "input": task.input["given"],
            "steps": _steps(task, progress),
            "outcome": {},
            "cost_micros": progress.cost_micros,
            "cost_usd": progress.cost_micros / 1_000_000,
        }
    )


def _steps(task: StoredTask, progress: Progress) -> list[RunStep]:
    known = {each.name: each for each in progress.steps}
    names = _names(task.input["workflow"], progress)
    current = _current(names, progress)
    steps = []
    for name in names:
        record = known.get(name)
        step = RunStep.model_validate(_fields(record)) if record else RunStep(name=name, state="waiting")
        if name == current:
            step.state, step.attempts, step.error = _at_work(task, progress), task.attempts, task.error
        elif record is None and task.finished:
            step.state = "not_done"
        steps.append(step)
    return steps


def _fields(record: StepRecord) -> dict[str, Any]:
    return record.model_dump(exclude={"last_error"}) | {"error": record.last_error}


def _names(workflow: str, progress: Progress) -> list[str]:
    """The steps of the pinned version; of one that is gone from the code, those that were done."""
    for definition in definitions().get(workflow, ()):
        if definition.version == progress.definition:
            return [step.name for step in definition.steps]
    return [each.name for each in progress.steps]


def _current(names: list[str], progress: Progress) -> str | None:
    """The step that is at work, or that the run stopped at."""
    if progress.direction != "forward":
        return progress.done[-1].name if progress.done else None
    done = {each.name for each in progress.done}
    return next((name for name in names if name not in done), None)


def _at_work(task: StoredTask, progress: Progress) -> StepState:
    if task.state == "failed":
        return "failed"
    if task.state == "cancelled":
        return "not_done"
    if progress.direction != "forward":
        return "undoing"
    return "working" if task.attempts else "waiting"
