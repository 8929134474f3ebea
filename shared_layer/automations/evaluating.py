"""An event, and the automations upon it: a run for each, with what its conditions answered.

Loop guard: an event carries how many automations led to it, one upon another. What eight led to triggers no other one.
A loop that leaves the platform and comes back loses the count: the tenant's rate then holds it.
"""

from __future__ import annotations

from typing import Final

from shared_layer.automations.automation import StoredAutomation, automation_reference
from shared_layer.automations.automation_run import KEPT, RunState, StoredRun, run_reference
from shared_layer.automations.deciding import Decision, decide
from shared_layer.automations.triggered import automations_for
from shared_layer.core import clock
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.events.scheduler import AutomationActionDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.rates import admit

DEEPEST: Final = 8
RUNS_A_MINUTE: Final = 120
"""Runs of a tenant's automations whose conditions hold; an event beyond them is delivered again later."""

EMITS: Final = ("automation_action_due",)


async def evaluate_event(event: Envelope, unit: Unit) -> None:
    """Stage the runs of an event. A tenant without automations costs two commands of Redis. Raises RateLimited."""
    ids = await automations_for(event.tenant_id, event.event_type)
    if not ids:
        return
    references = [automation_reference(event.tenant_id, each) for each in ids]
    async for snapshot in firestore().get_all(references):
        if snapshot.exists:
            automation = from_snapshot(snapshot, StoredAutomation)
            if automation.status == "enabled" and automation.event_type == event.event_type:
                await _begin(automation, event, unit)


async def _begin(automation: StoredAutomation, event: Envelope, unit: Unit) -> None:
    decision, depth = decide(automation, event), event.metadata.automation_depth
    state: RunState = "running" if decision.matched else "not_matched"
    if state == "running" and depth >= DEEPEST:
        state = "stopped"
    if state == "running":
        await admit("automations", event.tenant_id, RUNS_A_MINUTE)
    run = _run(automation, event, decision, state)
    unit.create(run_reference(unit.tenant_id, run.id), run.model_dump())
    if state == "running":
        unit.emit(AutomationActionDue(automation_run_id=run.id, action=0))


def _run(automation: StoredAutomation, event: Envelope, decision: Decision, state: RunState) -> StoredRun:
    moment, depth = clock.utcnow(), event.metadata.automation_depth
    if state != "running":
        for action in decision.actions:
            action.state = "skipped"
    return StoredRun(
        id=f"{automation.id}_{event.event_id}",
        automation_id=automation.id,
        automation_version=automation.version,
        event_id=event.event_id,
        event_type=event.event_type,
        state=state,
        reason=_reason(decision, state, depth),
        depth=depth,
        conditions=decision.conditions,
        actions=decision.actions,
        delegate=automation.delegate,
        ended_at=None if state == "running" else moment,
        created_at=moment,
        updated_at=moment,
        expires_at=moment + KEPT,
    )


def _reason(decision: Decision, state: RunState, depth: int) -> str | None:
    if state == "stopped":
        return f"{depth} automations led to this event, one upon another: the loop ends here."
    failed = [each.name or str(number) for number, each in enumerate(decision.conditions) if not each.held]
    return f"These conditions do not hold: {', '.join(failed)}."[:500] if failed else None
