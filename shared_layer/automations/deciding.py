"""Whether an automation acts upon an event, and what its actions would be: pure, for a run as for a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from shared_layer.automations.action import Action
from shared_layer.automations.arithmetic import truthy
from shared_layer.automations.automation import Automation, Condition
from shared_layer.automations.automation_run import ActionOutcome, ConditionOutcome
from shared_layer.automations.logic import as_text, evaluate
from shared_layer.automations.template import rendered
from shared_layer.core.errors import ValidationFailed
from shared_layer.messaging.envelope import Envelope

SHOWN: Final = 500


@dataclass(slots=True)
class Decision:
    """Each condition's outcome, and the actions with their places filled (also where a condition does not hold)."""

    conditions: list[ConditionOutcome]
    actions: list[ActionOutcome] = field(default_factory=list)

    @property
    def matched(self) -> bool:
        """Whether every condition holds."""
        return all(each.held for each in self.conditions)


def data_of(event: Envelope) -> dict[str, Any]:
    """What rules and places see of an event."""
    return {
        "event_type": event.event_type,
        "event_id": event.event_id,
        "timestamp": event.timestamp.isoformat(),
        "source_service": event.source_service,
        "actor": event.metadata.actor,
        "payload": event.payload,
    }


def decide(automation: Automation, event: Envelope) -> Decision:
    """What an automation makes of an event."""
    data = data_of(event)
    conditions = [_held(each, data) for each in automation.conditions]
    return Decision(conditions, [_filled(each, data) for each in automation.actions])


def _held(condition: Condition, data: dict[str, Any]) -> ConditionOutcome:
    """A rule that takes too long, or makes too much, does not hold; its value says so."""
    try:
        value = evaluate(condition.rule, data)
        held = truthy(value)
    except ValidationFailed as problem:
        value, held = problem.detail, False
    if isinstance(value, str | list | dict) and len(as_text(value)) > SHOWN:
        value = as_text(value)[:SHOWN] + "…"
    return ConditionOutcome(name=condition.name, rule=condition.rule, value=value, held=held)


def _filled(action: Action, data: dict[str, Any]) -> ActionOutcome:
    missing: set[str] = set()
    fields = action.model_dump(mode="json", exclude={"kind", "retries", "on_failure"}, exclude_none=True)
    return ActionOutcome(
        kind=action.kind,
        retries=action.retries,
        on_failure=action.on_failure,
        rendered=rendered(fields, data, missing),
        missing=sorted(missing),
    )
