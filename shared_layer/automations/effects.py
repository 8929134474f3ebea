"""The actions' effects: each asks the domain that does the same for a caller, with its own model and its own checks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from shared_layer.automations.automation_run import StoredRun
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, ValidationFailed
from shared_layer.messaging.events.scheduler import AutomationEvent
from shared_layer.messaging.unit import Unit

EMITS: Final = (
    "crm_task_changed", "interaction_recorded", "contact_updated", "slack_message_due", "gmail_message_due",
    "webhook_delivery_due", "task_step_due", "automation_event",
)  # fmt: skip

Effect = Callable[[dict[str, Any], StoredRun, Caller, Unit], Awaitable[dict[str, Any]]]
Asked = TypeVar("Asked", bound=BaseModel)


async def create_task(given: dict[str, Any], _run: StoredRun, caller: Caller, unit: Unit) -> dict[str, Any]:
    """Stage a CRM task."""
    from shared_layer.crm.task import CrmTaskDraft
    from shared_layer.crm.todo import create_crm_task

    hours = given.pop("due_in_hours", None)
    due = clock.utcnow() + timedelta(hours=hours) if hours else None
    task = await create_crm_task(_as(CrmTaskDraft, _given(given) | {"due_at": due}), caller, unit)
    return {"task_id": task.id}


async def add_note(given: dict[str, Any], _run: StoredRun, caller: Caller, unit: Unit) -> dict[str, Any]:
    """Stage a note."""
    from shared_layer.crm.note import NoteDraft, create_note

    return {"note_id": (await create_note(_as(NoteDraft, _given(given)), caller, unit)).id}


async def post_slack(given: dict[str, Any], _run: StoredRun, caller: Caller, unit: Unit) -> dict[str, Any]:
    """Stage a message; Slack is told by its own handler."""
    from shared_layer.slack.outgoing import NewMessage, post_message

    given["text"] = str(given["text"])[:4000]
    return {"message_id": (await post_message(_as(NewMessage, given), caller, unit)).id}


async def send_mail(given: dict[str, Any], _run: StoredRun, caller: Caller, unit: Unit) -> dict[str, Any]:
    """Stage a mail; Gmail is told by its own handler."""
    from shared_layer.gmail.sending import NewMail, send_mail

    given["subject"] = " ".join(str(given["subject"]).split())[:500]
    return {"send_id": (await send_mail(_as(NewMail, _given(given)), caller, unit)).id}


async def start_workflow(given: dict[str, Any], run: StoredRun, caller: Caller, unit: Unit) -> dict[str, Any]:
    """Stage a run of a workflow, once for each event and automation."""
    from shared_layer.workflows.starting import stage_run

    task = stage_run(given["workflow"], given.get("input", {}), caller, unit, run_key=f"automation:{run.id}")
    return {"workflow_run_id": task.id}


async def call_webhook(given: dict[str, Any], run: StoredRun, caller: Caller, unit: Unit) -> dict[str, Any]:
    """Stage an `automation_event` for one endpoint, which hears it once, whether it subscribed to such or not."""
    from shared_layer.webhooks.deliverable import wants
    from shared_layer.webhooks.endpoints import own_endpoint
    from shared_layer.webhooks.fan_out import stage_event_delivery

    endpoint = await own_endpoint(given["endpoint_id"], caller)
    if endpoint.status != "enabled":
        raise Conflict("The webhook endpoint is disabled.")
    told = unit.emit(AutomationEvent(automation_id=run.automation_id, name=given["name"], data=given.get("data", {})))
    if not wants(endpoint.event_types, told.event_type):
        with unit.on_behalf_of("webhook-service"):
            stage_event_delivery(endpoint.id, told, unit)
    return {"event_id": told.event_id}


async def emit_event(given: dict[str, Any], run: StoredRun, _caller: Caller, unit: Unit) -> dict[str, Any]:
    """Stage an `automation_event`."""
    told = unit.emit(AutomationEvent(automation_id=run.automation_id, name=given["name"], data=given.get("data", {})))
    return {"event_id": told.event_id}


EFFECTS: Final[dict[str, Effect]] = {
    "create_task": create_task,
    "add_note": add_note,
    "post_slack": post_slack,
    "send_mail": send_mail,
    "start_workflow": start_workflow,
    "call_webhook": call_webhook,
    "emit_event": emit_event,
}


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that hold something: a place that the event left empty names nothing."""
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _as(model: type[Asked], fields: dict[str, Any]) -> Asked:
    """The fields as what the domain takes. Raises ValidationFailed, naming what does not fit."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
        raise ValidationFailed(f"What the event filled in does not fit. {found}"[:500]) from None
