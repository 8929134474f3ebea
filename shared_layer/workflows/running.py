"""One step of a run: the next one done, or the last one undone, committed with the run's new position."""

from __future__ import annotations

from shared_layer.access.delegation import Delegate, acting
from shared_layer.core import clock
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.steps import Done
from shared_layer.runtime.tasks import StoredTask
from shared_layer.workflows.catalogue import checked, pinned
from shared_layer.workflows.definition import Definition, Step, Work
from shared_layer.workflows.operations import OPERATIONS, uphold
from shared_layer.workflows.performing import doing_of
from shared_layer.workflows.progress import Progress, StepRecord


async def run_workflow(task: StoredTask, unit: Unit) -> Done:
    """Do or undo one step of a run. What it stages is committed only with the run's new position."""
    progress = Progress.of(task)
    definition = pinned(task.input["workflow"], progress.definition)
    work = Work(
        given=checked(definition, task.input["given"]),
        outputs=progress.outputs(),
        caller=await acting(Delegate.model_validate(task.input["delegate"]), unit.tenant_id, unit.context),
        unit=unit,
        key="",
    )
    if progress.direction == "forward":
        return await _forward(task, definition, progress, work)
    return await _back(task, definition, progress, work)


async def _forward(task: StoredTask, definition: Definition, progress: Progress, work: Work) -> Done:
    done = {each.name for each in progress.done}
    waiting = [step for step in definition.steps if step.name not in done]
    if waiting:
        work.key = f"{task.id}:{waiting[0].name}"
        for operation in waiting[0].operations:
            await uphold(work.caller, operation)
        with work.unit.on_behalf_of(_service(waiting[0])):
            output = await doing_of(definition.name, definition.version).do[waiting[0].name](work)
        progress.steps.append(_record(task, waiting[0].name, output, work.cost_micros))
        progress.cost_micros += work.cost_micros
    left = max(0, len(waiting) - 1)
    percent = 100 * (len(definition.steps) - left) // max(1, len(definition.steps))
    return Done(
        percent=min(99, percent), position=progress.position, outcome=progress.outcome, last=not left,
        result_url=_result(progress),
    )  # fmt: skip


async def _back(task: StoredTask, definition: Definition, progress: Progress, work: Work) -> Done:
    """Undo the last step that stands; where none does, end as cancelled, or begin again from the start."""
    if progress.done:
        record = progress.done[-1]
        step = definition.step(record.name)
        if step.undone:
            work.key = f"{task.id}:undo:{record.name}"
            with work.unit.on_behalf_of(_service(step)):
                await doing_of(definition.name, definition.version).undo[step.name](work, record.output)
        record.state = "undone" if step.undone else "kept"
        record.finished_at = clock.utcnow()
    last = not progress.done
    if last and progress.direction == "back_to_start":
        progress.direction, progress.steps, last = "forward", [], False
        progress.definition = progress.next_definition or progress.definition
    percent = 100 * len(progress.done) // max(1, len(definition.steps))
    return Done(
        percent=min(99, percent), position=progress.position, outcome=progress.outcome, last=last, state="cancelled"
    )


def _service(step: Step) -> str:
    """Whose work the step does: its events are that service's. None in particular for a step without operations."""
    return OPERATIONS[step.operations[0]].service if step.operations else ""


def _record(task: StoredTask, name: str, output: dict[str, object], cost_micros: int) -> StepRecord:
    return StepRecord(
        name=name,
        attempts=task.attempts,
        last_error=task.error,
        output=output,
        cost_micros=cost_micros,
        finished_at=clock.utcnow(),
    )


def _result(progress: Progress) -> str | None:
    """Where the result is: the last address that a step answered."""
    urls = [each.output["url"] for each in progress.done if isinstance(each.output.get("url"), str)]
    return urls[-1] if urls else None
