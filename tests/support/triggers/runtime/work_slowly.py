"""Do the steps of the tests' own workflow: each writes one document and waits; undone, it writes another.

A step fails that the document `effects/fails` names. Version 2 has a step more.
"""

import asyncio
from typing import Any
from uuid import uuid4

from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model
from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.runtime.steps import EMITS, run_step
from shared_layer.storage.documents import tenant_document
from shared_layer.triggers import Envelope, Unit, on_event
from shared_layer.workflows import catalogue, performing
from shared_layer.workflows.definition import Definition, Do, Doing, Step, Undo, Work
from shared_layer.workflows.running import run_workflow

NAME = "test_slowly"


class Given(Model):
    """How long a step takes."""

    seconds: float = 0.0


def _effect(work: Work, what: str) -> None:
    tenant_id = work.caller.tenant_id
    work.unit.create(tenant_document(tenant_id, "effects", uuid4().hex), {"what": what, "key": work.key})


def _do(name: str) -> Do:
    async def do(work: Work) -> dict[str, Any]:
        _effect(work, f"do {name}")
        await asyncio.sleep(work.given.seconds)
        fails = await tenant_document(work.caller.tenant_id, "settings", "fails").get()
        if fails.exists and fails.get("at") == name:
            raise ValidationFailed("This step was told to fail.")
        work.cost_micros = 7
        return {"name": name}

    return do


def _undo(name: str) -> Undo:
    async def undo(work: Work, output: dict[str, Any]) -> None:
        assert output == {"name": name}
        _effect(work, f"undo {name}")

    return undo


STEPS = {1: ("first", "kept", "third", "last"), 2: ("first", "kept", "third", "new", "last")}
DEFINITIONS = tuple(
    Definition(NAME, version, "A test.", Given, (), tuple(Step(name, undone=name != "kept") for name in names))
    for version, names in STEPS.items()
)
DOING = {
    (NAME, version): Doing({name: _do(name) for name in names}, {name: _undo(name) for name in names})
    for version, names in STEPS.items()
}
FORMER, PERFORMERS = catalogue.definitions(), performing.performers()
catalogue.definitions = lambda: FORMER | {NAME: DEFINITIONS}
performing.performers = lambda: PERFORMERS | DOING


@on_event(("system-runtime-events",), event_types=("task_step_due",), max_attempts=100, emits=EMITS)
async def work_slowly(due: TaskStepDue, event: Envelope, unit: Unit) -> None:
    await run_step(due, event.tenant_id, unit.context, {f"workflow.{NAME}": run_workflow})
