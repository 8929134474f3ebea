"""A tenant's automations: made, listed, changed by version, deleted, and what came of them."""

from __future__ import annotations

from functools import partial

from shared_layer.access.delegation import delegated
from shared_layer.automations.action import OPERATION, Action, StartWorkflow
from shared_layer.automations.automation import (
    COLLECTION,
    MOST,
    VERSIONS,
    Automation,
    AutomationChanges,
    AutomationFilter,
    AutomationVersion,
    NewAutomation,
    StoredAutomation,
    automation_reference,
    version_of,
    version_reference,
)
from shared_layer.automations.automation_run import COLLECTION as RUNS
from shared_layer.automations.automation_run import AutomationRun, RunFilter
from shared_layer.automations.triggered import changed, known_type
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page, PageQuery
from shared_layer.messaging.events.scheduler import AutomationChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.workflows.operations import OPERATIONS
from shared_layer.workflows.starting import scopes_of


async def create_automation(new: NewAutomation, caller: Caller, unit: Unit) -> Automation:
    """Stage an automation, version 1. Raises ScopeMissing, NotFound, ValidationFailed, Conflict beyond 50."""
    known_type(new.event_type)
    [[counted]] = await tenant_collection(caller.tenant_id, COLLECTION).count().get()
    if counted.value >= MOST:
        raise Conflict(f"A tenant has at most {MOST} automations. Delete one that is not needed.")
    moment = clock.utcnow()
    automation = StoredAutomation(
        id=new_id("aut"),
        **new.model_dump(),
        delegate=delegated(caller, needed(new.actions)),
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(automation_reference(caller.tenant_id, automation.id), automation.model_dump())
    _keep_version(automation, "created", caller, unit)
    return shown(automation)


def needed(actions: list[Action]) -> set[str]:
    """The scopes that actions take. Raises NotFound for a workflow that is not there."""
    scopes = {OPERATIONS[OPERATION[each.kind]].scope for each in actions if each.kind in OPERATION}
    for each in actions:
        if isinstance(each, StartWorkflow):
            scopes |= set(scopes_of(each.workflow))
    return scopes | {"automations:write"}


async def list_automations(wanted: AutomationFilter, caller: Caller) -> Page[Automation]:
    """The tenant's automations, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    for field, value in (("event_type", wanted.event_type), ("status", wanted.status)):
        if value is not None:
            found = found.where(filter=FieldFilter(field, "==", value))
    return await page(found, Automation, wanted, ["-created_at"])


async def get_automation(automation_id: Id, caller: Caller) -> Automation:
    """One automation. Raises NotFound."""
    return await read(automation_reference(caller.tenant_id, automation_id), Automation)


async def update_automation(
    automation_id: Id, changes: AutomationChanges, version: int, caller: Caller, unit: Unit
) -> Automation:
    """Change an automation as of `version`, and keep what it is now as its next version.

    Raises NotFound, VersionMismatch, ScopeMissing, ValidationFailed.
    """
    automation = await read(automation_reference(caller.tenant_id, automation_id), StoredAutomation)
    if automation.version != version:
        raise VersionMismatch()
    if changes.event_type is not None:
        known_type(changes.event_type)
    if changes.actions is not None:
        automation.delegate = delegated(caller, needed(changes.actions))
    status = "updated"
    if changes.status is not None and changes.status != automation.status:
        status = changes.status
    for name in changes.model_fields_set:
        if getattr(changes, name) is not None:
            setattr(automation, name, getattr(changes, name))
    unit.replace(automation_reference(caller.tenant_id, automation_id), automation)
    _keep_version(automation, status, caller, unit)
    return shown(automation)


async def delete_automation(automation_id: Id, caller: Caller, unit: Unit) -> None:
    """Delete an automation: a run that has begun goes on; its versions and runs stay. Raises NotFound."""
    await read(automation_reference(caller.tenant_id, automation_id), StoredAutomation)
    unit.delete(automation_reference(caller.tenant_id, automation_id))
    unit.emit(AutomationChanged(automation_id=automation_id, status="deleted"))
    unit.after_commit(partial(changed, caller.tenant_id))


async def list_versions(automation_id: Id, wanted: PageQuery, caller: Caller) -> Page[AutomationVersion]:
    """An automation's versions, the newest first. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await get_automation(automation_id, caller)
    found = tenant_collection(caller.tenant_id, VERSIONS)
    of_it = found.where(filter=FieldFilter("automation_id", "==", automation_id))
    return await page(of_it, AutomationVersion, wanted, ["-version"])


async def list_runs(automation_id: Id, wanted: RunFilter, caller: Caller) -> Page[AutomationRun]:
    """What came of an automation, the latest first: also upon which events it did not act, and why. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await get_automation(automation_id, caller)
    found = tenant_collection(caller.tenant_id, RUNS).where(filter=FieldFilter("automation_id", "==", automation_id))
    if wanted.state is not None:
        found = found.where(filter=FieldFilter("state", "==", wanted.state))
    return await page(found, AutomationRun, wanted, ["-created_at"])


def shown(automation: StoredAutomation) -> Automation:
    """An automation as it is answered."""
    return Automation.model_validate(automation.model_dump())


def _keep_version(automation: StoredAutomation, status: str, caller: Caller, unit: Unit) -> None:
    record = version_of(automation, caller.principal, automation.updated_at)
    unit.create(version_reference(caller.tenant_id, automation.id, automation.version), record.model_dump())
    unit.emit(AutomationChanged(automation_id=automation.id, status=status))
    unit.after_commit(partial(changed, caller.tenant_id))
