"""What an automation does: actions, each an operation of the platform's own, with places to fill from the event.

An action's effects are staged on one unit with its record: all of it or nothing, once. Mail, Slack and webhooks leave
by the handlers of those domains afterwards, each with its own retries.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from shared_layer.core.models import Model

Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Reference = Annotated[str, StringConstraints(max_length=300), Field(examples=["{{ payload.contact_id }}"])]


class _Action(Model):
    """`retries` further attempts where what it needs is away; `on_failure` of the last one goes on or stops."""

    retries: Annotated[int, Field(ge=0, le=5)] = 3
    on_failure: Literal["stop", "continue"] = "stop"


class CreateTask(_Action):
    """Create a CRM task, due some hours after the event was taken up."""

    kind: Literal["create_task"]
    title: Line
    text: Annotated[str, StringConstraints(max_length=5000)] = ""
    contact_id: Reference | None = None
    deal_id: Reference | None = None
    assignee: Line | None = None
    due_in_hours: Annotated[float, Field(gt=0, le=8760)] | None = None


class AddNote(_Action):
    """Add a note to a contact or a deal."""

    kind: Literal["add_note"]
    text: Text
    contact_id: Reference | None = None
    deal_id: Reference | None = None


class PostSlack(_Action):
    """Post a message to Slack."""

    kind: Literal["post_slack"]
    channel: Annotated[str, StringConstraints(min_length=1, max_length=300), Field(examples=["#general"])]
    text: Text


class SendMail(_Action):
    """Send a mail through Gmail."""

    kind: Literal["send_mail"]
    to: Annotated[list[Line], Field(min_length=1, max_length=20, examples=[["{{ payload.email }}"]])]
    subject: Line
    text: Text
    mailbox_id: Reference | None = None


class StartWorkflow(_Action):
    """Start a workflow; one run for each event and automation."""

    kind: Literal["start_workflow"]
    workflow: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    input: dict[str, Any] = Field(default_factory=dict)


class CallWebhook(_Action):
    """Send `automation_event` with this data to one of the tenant's webhook endpoints."""

    kind: Literal["call_webhook"]
    endpoint_id: Annotated[str, StringConstraints(max_length=128)]
    name: Line = "call_webhook"
    data: dict[str, Any] = Field(default_factory=dict)


class EmitEvent(_Action):
    """Emit `automation_event` with this name and data: webhooks, live listeners and other automations hear it."""

    kind: Literal["emit_event"]
    name: Line
    data: dict[str, Any] = Field(default_factory=dict)


Action = Annotated[
    CreateTask | AddNote | PostSlack | SendMail | StartWorkflow | CallWebhook | EmitEvent, Field(discriminator="kind")
]

OPERATION: Final = {
    "create_task": "create_crm_task",
    "add_note": "create_note",
    "post_slack": "post_slack_message",
    "send_mail": "send_gmail",
    "start_workflow": "start_workflow",
    "call_webhook": "test_webhook_endpoint",
}
"""The operation of the API that does what an action does: its scope is needed, and its policies count."""
