"""Suggestions of tasks: taken from what known people write, decided by somebody or by the tenant's policy."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition
from shared_layer.core.ids import Id
from shared_layer.core.models import Page
from shared_layer.crm.contacts import load
from shared_layer.crm.interaction import StoredInteraction, business_id, interaction_document
from shared_layer.crm.settings import CrmSettings, read_settings
from shared_layer.crm.suggestion import (
    COLLECTION,
    Acceptance,
    SuggestionFilter,
    TaskSuggestion,
    suggestion_document,
    suggestion_id,
)
from shared_layer.crm.task import CrmTask, CrmTaskDraft
from shared_layer.crm.todo import stage_task
from shared_layer.messaging.events.crm import CrmTaskSuggestionChanged
from shared_layer.messaging.events.slack import SlackTaskSuggested
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection

POLICY = "policy"


async def hear_slack(told: SlackTaskSuggested, unit: Unit) -> None:
    """Stage what a Slack message suggests, unless the message was deleted meanwhile."""
    message = await interaction_document(unit.tenant_id, business_id("slack", *_place(told))).get()
    if message.exists and StoredInteraction.model_validate(message.to_dict()).state == "deleted":
        return
    found = TaskSuggestion(
        id=suggestion_id("slack", *_place(told)),
        contact_id=(await load(unit.tenant_id, told.contact_id)).id,
        origin="slack",
        reference=f"{told.channel_id}/{told.ts}",
        kind=told.kind,
        title=told.title,
        said_at=datetime.fromtimestamp(float(told.ts), clock.utcnow().tzinfo),
        created_at=clock.utcnow(),
        updated_at=clock.utcnow(),
    )
    await suggest(found, await read_settings(unit.tenant_id), unit)


def _place(told: SlackTaskSuggested) -> tuple[str, str, str]:
    return told.team_id, told.channel_id, told.ts


async def suggest(found: TaskSuggestion, settings: CrmSettings, unit: Unit) -> None:
    """Stage a suggestion once, or the task itself where the policy says so."""
    reference = suggestion_document(unit.tenant_id, found.id)
    if settings.task_suggestions == "never" or (await reference.get()).exists:
        return
    if settings.task_suggestions == "accept":
        draft = CrmTaskDraft(title=found.title, contact_id=found.contact_id)
        found.state, found.task_id = "accepted", stage_task(draft, found.origin, unit).id
        found.decided_by = POLICY
    unit.create(reference, found.model_dump() | {"merges": []})
    _tell(found, unit)


async def withdraw(unit: Unit, *place: str) -> None:
    """Stage that a message which is gone suggests nothing any more; what was decided stays."""
    snapshot = await suggestion_document(unit.tenant_id, suggestion_id("slack", *place)).get()
    if snapshot.exists and snapshot.get("state") == "open":
        unit.patch_unchanged(snapshot.reference, {"state": "withdrawn", "title": ""}, snapshot.update_time)


async def list_suggestions(wanted: SuggestionFilter, caller: Caller) -> Page[TaskSuggestion]:
    """Suggestions, the newest first. Raises NotFound for a contact that is not the tenant's."""
    from google.cloud.firestore import FieldFilter

    query = tenant_collection(caller.tenant_id, COLLECTION).where(filter=FieldFilter("state", "==", wanted.state))
    if wanted.contact_id is not None:
        contact = await load(caller.tenant_id, wanted.contact_id)
        query = query.where(filter=FieldFilter("contact_id", "==", contact.id))
    return await page(query, TaskSuggestion, wanted, ["-created_at"])


async def get_suggestion(suggestion: Id, caller: Caller) -> TaskSuggestion:
    """One suggestion. Raises NotFound."""
    return await read(suggestion_document(caller.tenant_id, suggestion), TaskSuggestion)


async def accept(suggestion: Id, given: Acceptance, caller: Caller, unit: Unit) -> CrmTask:
    """Stage the task that was suggested. Raises NotFound, IllegalTransition for what is decided already."""
    found = await _open(suggestion, caller)
    draft = CrmTaskDraft(contact_id=found.contact_id, **(given.model_dump() | {"title": given.title or found.title}))
    task = stage_task(draft, caller.principal, unit)
    found.task_id = task.id
    _decide(found, "accepted", caller, unit)
    return task


async def dismiss(suggestion: Id, caller: Caller, unit: Unit) -> TaskSuggestion:
    """Stage that nothing comes of it. Raises NotFound, IllegalTransition for what is decided already."""
    found = await _open(suggestion, caller)
    _decide(found, "dismissed", caller, unit)
    return found


async def _open(suggestion: Id, caller: Caller) -> TaskSuggestion:
    found = await get_suggestion(suggestion, caller)
    if found.state != "open":
        raise IllegalTransition(f"The suggestion is {found.state} already.")
    return found


def _decide(found: TaskSuggestion, state: Literal["accepted", "dismissed"], caller: Caller, unit: Unit) -> None:
    found.state, found.decided_by = state, caller.principal
    unit.replace(suggestion_document(unit.tenant_id, found.id), found)
    _tell(found, unit)


def _tell(found: TaskSuggestion, unit: Unit) -> None:
    unit.emit(
        CrmTaskSuggestionChanged(
            suggestion_id=found.id, contact_id=found.contact_id, state=found.state, task_id=found.task_id
        )
    )
