"""An automation: upon an event of one type, where every condition holds, its actions one after another.

Each change is a version, which is kept. A run goes on with the actions of the version that it was begun with.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import orjson
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared_layer.access.delegation import Delegate
from shared_layer.automations.action import Action
from shared_layer.automations.logic import check
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "automations"
VERSIONS: Final = "automation_versions"
MOST: Final = 50
"""Automations that one tenant may have."""

BYTES: Final = 50_000

Status = Literal["enabled", "disabled"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
EventType = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,99}$"), Field(examples=["lead_captured", "schedule_fired"])
]


def _checked(rule: dict[str, Any]) -> dict[str, Any]:
    check(rule)
    return rule


def _small(actions: list[Any]) -> list[Any]:
    if len(orjson.dumps([each.model_dump() for each in actions])) > BYTES:
        raise ValueError(f"the actions are longer than {BYTES} bytes as JSON")
    return actions


Rule = Annotated[
    dict[str, Any],
    AfterValidator(_checked),
    Field(description="JSON Logic over the event.", examples=[{"!!": {"var": "payload.email"}}]),
]


class Condition(Model):
    """One thing that must hold: JSON Logic over the event (`{"var": "payload.form"}`), and a name for it."""

    name: Annotated[str, StringConstraints(max_length=200)] = ""
    rule: Rule


Conditions = Annotated[list[Condition], Field(max_length=20)]
Actions = Annotated[list[Action], Field(min_length=1, max_length=10), AfterValidator(_small)]
EXAMPLE: Final[dict[str, Any]] = {
    "name": "Greet a lead",
    "event_type": "lead_captured",
    "conditions": [{"name": "has an address", "rule": {"!!": {"var": "payload.email"}}}],
    "actions": [{"kind": "create_task", "title": "Call {{ payload.name }}", "due_in_hours": 24}],
}


class NewAutomation(Model):
    """An automation to make. It acts with those scopes of yours that its actions need, and no others."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    name: Name
    event_type: EventType
    conditions: Conditions = Field(default_factory=empty_list)
    actions: Actions
    status: Status = "enabled"


class AutomationChanges(Model):
    """What may be changed; a field left out stays. With other actions it acts for whoever changes it."""

    name: Name | None = None
    event_type: EventType | None = None
    conditions: Conditions | None = None
    actions: Actions | None = None
    status: Status | None = None


class Automation(Entity):
    """An automation. `version` is its definition's number."""

    id: str
    name: str
    event_type: str
    conditions: list[Condition]
    actions: list[Action]
    status: Status
    created_by: str


class StoredAutomation(Automation):
    """An automation with whom it acts for."""

    delegate: Delegate


class AutomationVersion(Entity):
    """An automation as it was in one version."""

    automation_id: str
    definition: Automation
    changed_by: str


class AutomationFilter(PageQuery):
    """Which automations."""

    event_type: Annotated[str, Field(max_length=100)] | None = None
    status: Status | None = None


def automation_reference(tenant_id: str, automation_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/automations/{automation}`."""
    return tenant_document(tenant_id, COLLECTION, automation_id)


def version_reference(tenant_id: str, automation_id: str, version: int) -> AsyncDocumentReference:
    """`tenants/{tenant}/automation_versions/{automation}_{version}`."""
    return tenant_document(tenant_id, VERSIONS, f"{automation_id}_{version}")


def version_of(automation: Automation, by: str, moment: datetime) -> AutomationVersion:
    """The record of an automation's version."""
    shown = Automation.model_validate(automation.model_dump())
    return AutomationVersion(
        version=automation.version,
        automation_id=automation.id,
        definition=shown,
        changed_by=by,
        created_at=moment,
        updated_at=moment,
    )
