"""An automation tried on an event of the past: what would have been, and nothing more. Nothing is written or sent."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from shared_layer.automations.automation_run import ActionOutcome, ConditionOutcome
from shared_layer.automations.automations import get_automation
from shared_layer.automations.deciding import decide
from shared_layer.automations.evaluating import DEEPEST
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.event_store import EventFilter, list_recorded, read_recorded


class TrialRequest(Model):
    """Which event: by its id, or (left out) the latest of the automation's type."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    event_id: Id | None = Field(default=None, examples=["550e8400-e29b-41d4-a716-446655440000"])


class Trial(Model):
    """What the automation, as it is now, would have made of the event. `actions` are filled whether it acts or not."""

    automation_version: int
    event: Envelope
    would_act: bool
    reason: str
    conditions: list[ConditionOutcome]
    actions: list[ActionOutcome]


async def try_automation(automation_id: Id, wanted: TrialRequest, caller: Caller) -> Trial:
    """Decide, and do nothing. Raises NotFound for the automation, or where there is no such event."""
    automation = await get_automation(automation_id, caller)
    event = await _event(automation.event_type, wanted.event_id, caller)
    decision = decide(automation, event)
    failed = [each.name or str(number) for number, each in enumerate(decision.conditions) if not each.held]
    reason = "Every condition holds."
    if event.event_type != automation.event_type:
        reason = f"The automation is upon {automation.event_type}; this event is {event.event_type}."
    elif failed:
        reason = f"These conditions do not hold: {', '.join(failed)}."[:500]
    elif event.metadata.automation_depth >= DEEPEST:
        reason = f"{event.metadata.automation_depth} automations led to this event: the loop guard stops it."
    elif automation.status == "disabled":
        reason = "Every condition holds, but the automation is disabled."
    return Trial(
        automation_version=automation.version,
        event=event,
        would_act=reason == "Every condition holds.",
        reason=reason,
        conditions=decision.conditions,
        actions=decision.actions,
    )


async def _event(event_type: str, event_id: str | None, caller: Caller) -> Envelope:
    if event_id is not None:
        found = await read_recorded(caller.tenant_id, event_id)
    else:
        latest = await list_recorded(caller.tenant_id, EventFilter(event_type=event_type, limit=1))
        if not latest.items:
            raise NotFound(f"There is no {event_type} event yet. GET /api/v1/events lists what there is.")
        found = latest.items[0]
    return Envelope.model_validate(found.model_dump())
