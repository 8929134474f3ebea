"""One action of a run: its effects and its record are one commit. What failed for good is noted, and stops or goes on.

An attempt that failed because something is away is counted and raised, so that the event is delivered again, later each
time; after the last of its retries the action is given up.
"""

from __future__ import annotations

from typing import Any, Final

from shared_layer.access.delegation import acting
from shared_layer.automations import effects
from shared_layer.automations.action import OPERATION
from shared_layer.automations.automation_run import ActionOutcome, StoredRun, run_reference
from shared_layer.core import clock
from shared_layer.core.errors import NotFound, Problem
from shared_layer.core.logs import log_exception
from shared_layer.messaging.events.scheduler import AutomationActionDue, AutomationRunEnded
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read
from shared_layer.workflows.operations import OPERATIONS, uphold

EMITS: Final = ("automation_action_due", "automation_run_ended", *effects.EMITS)


async def act(due: AutomationActionDue, unit: Unit) -> None:
    """Do the action that is due, unless it was. Raises what asks for another delivery."""
    try:
        run = await read(run_reference(unit.tenant_id, due.automation_run_id), StoredRun)
    except NotFound:
        return  # it was erased meanwhile
    if run.state != "running" or due.action >= len(run.actions) or run.actions[due.action].state != "waiting":
        return
    action = run.actions[due.action]
    action.attempts += 1
    try:
        action.output = await _effect(action, run, unit)
        action.state, action.error = "done", None
    except Exception as error:
        unit.discard()
        action.error = _told(error, action)
        if not _hopeless(error) and action.attempts <= action.retries:
            await _count(run, unit)
            raise
        action.state = "failed"
    _go_on(run, due.action, unit)


async def _effect(action: ActionOutcome, run: StoredRun, unit: Unit) -> dict[str, Any]:
    caller = await acting(run.delegate, unit.tenant_id, unit.context)
    service = ""
    if operation := OPERATION.get(action.kind):
        await uphold(caller, operation)
        service = OPERATIONS[operation].service
    unit.context.automation_depth = run.depth + 1
    own = action.kind in ("emit_event", "call_webhook")
    with unit.on_behalf_of("" if own else service):
        return await effects.EFFECTS[action.kind](dict(action.rendered), run, caller, unit)


def _hopeless(error: Exception) -> bool:
    """Whether no further attempt can help: what was asked for cannot be, now or later."""
    return isinstance(error, Problem) and 400 <= error.status < 500 and error.status not in (409, 412, 429)


def _told(error: Exception, action: ActionOutcome) -> str:
    if isinstance(error, Problem):
        return f"{error.code}: {error.detail}"[:500]
    log_exception("automation_action_failed", error, kind=action.kind)
    return f"internal: {Problem.advice}"


async def _count(run: StoredRun, unit: Unit) -> None:
    """Keep the count of attempts, in a commit of its own. Raises Conflict where another delivery works on it."""
    own = Unit(unit.context, unit.tenant_id)
    own.replace(run_reference(unit.tenant_id, run.id), run)
    await own.commit()


def _go_on(run: StoredRun, done: int, unit: Unit) -> None:
    """Stage the run's record, and the word of the next action or of the end."""
    action = run.actions[done]
    stopped = action.state == "failed" and action.on_failure == "stop"
    following = done + 1
    if stopped:
        for each in run.actions[following:]:
            each.state = "skipped"
    if stopped or following == len(run.actions):
        failed = any(each.state == "failed" for each in run.actions)
        run.state, run.ended_at = ("failed" if failed else "succeeded"), clock.utcnow()
        run.reason = next((each.error for each in run.actions if each.state == "failed"), None)
        unit.context.automation_depth = run.depth + 1
        unit.emit(AutomationRunEnded(automation_id=run.automation_id, automation_run_id=run.id, state=run.state))
    else:
        unit.context.automation_depth = run.depth
        unit.emit(AutomationActionDue(automation_run_id=run.id, action=following))
    unit.replace(run_reference(unit.tenant_id, run.id), run)
