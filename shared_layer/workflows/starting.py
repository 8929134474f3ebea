"""A run begins: a task whose id follows from the run key, so that the same key is the same run."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StringConstraints

from shared_layer.access.delegation import Delegate, delegated
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict
from shared_layer.core.ids import new_id
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.tasks import WORKFLOW, StoredTask, start_task, task_reference
from shared_layer.storage.documents import from_snapshot
from shared_layer.workflows.catalogue import checked, newest
from shared_layer.workflows.progress import Progress

EMITS: Final = ("task_step_due",)

WorkflowName = Annotated[str, StringConstraints(max_length=200), Field(examples=["campaign_launch"])]
"""Any text is a name that there may not be: whoever errs is told which there are."""

RunKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    Field(examples=["autumn-2026"], description="The same key is the same run, for as long as runs are kept."),
]


class NewRun(Model):
    """A run to start: the workflow's input, and a key under which it is started once (left out: a run of its own)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_key": "autumn-2026",
                    "input": {
                        "brief": {
                            "business_type": "Coffee roastery",
                            "target_audience": "Home baristas",
                            "budget_range": "$5,000-$10,000",
                        }
                    },
                }
            ]
        }
    )

    run_key: RunKey | None = None
    input: dict[str, Any] = Field(default_factory=dict)


def run_id_of(name: str, run_key: str | None) -> str:
    """The id of the run under a key; a new one without a key. The tenant is in the document's path."""
    if run_key is None:
        return new_id("run")
    return "run_" + hashlib.sha256(f"{name}\0{run_key}".encode()).hexdigest()[:32]


def scopes_of(name: str) -> tuple[str, ...]:
    """What whoever has this workflow started must hold. Raises NotFound."""
    return newest(name).scopes


async def started_before(name: str, new: NewRun, caller: Caller) -> StoredTask | None:
    """The run under this key, where there is one. Raises Conflict where it was started with another input."""
    if new.run_key is None:
        return None
    snapshot = await task_reference(caller.tenant_id, run_id_of(name, new.run_key)).get()
    if not snapshot.exists:
        return None
    task = from_snapshot(snapshot, StoredTask)
    if task.input["given"] != _normal(name, new.input):
        raise Conflict(f"The run key belongs to a run with another input: {task.id}. Choose another key.")
    return task


def stage_run(
    name: str, given: dict[str, Any], caller: Caller, unit: Unit, *, run_key: str | None = None, origin: str = ""
) -> StoredTask:
    """Stage a run of the newest version. `origin` is what started it, such as a schedule's run.

    Raises NotFound for a workflow that is not there, ValidationFailed for an input that does not fit, ScopeMissing
    where the caller may not do all of it. The commit raises Conflict where the key was used.
    """
    definition = newest(name)
    run_id = run_id_of(name, run_key)
    kept: Delegate = delegated(caller, definition.scopes)
    progress = Progress(definition=definition.version)
    task_input = {
        "workflow": name,
        "run_key": run_key,
        "given": _normal(name, given),
        "delegate": kept.model_dump(),
        "origin": origin,
    }
    started = {"position": progress.position, "outcome": progress.outcome, "url": f"/api/v1/workflows/runs/{run_id}"}
    return start_task(f"{WORKFLOW}{name}", task_input, caller, unit, task_id=run_id, **started)


def _normal(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The input with its defaults, as JSON, so that two that mean the same are the same."""
    return checked(newest(name), given).model_dump(mode="json")
