"""The way back from an import: what it made goes, what it changed is as before, and what was touched since stays.

A contact that the import made goes for good, unless something has happened with it since. A field that the import
changed goes back, unless somebody has changed it again.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import IllegalTransition, NotFound
from shared_layer.core.ids import Id
from shared_layer.crm.batch_commit import commit_batch
from shared_layer.crm.claims import released
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.contacts import contact_facts, contact_identities, load, stage_change
from shared_layer.crm.counters import count_change
from shared_layer.crm.import_batch import ROWS_A_COMMIT
from shared_layer.crm.import_record import AT_ONCE, ROWS, Import, StoredRow, import_document, row_document
from shared_layer.crm.importing import StartTask, get_import
from shared_layer.messaging.events.crm import ContactDeleted, ContactsImportUndone
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection

KIND: Final = "crm.import_undo"
EMITS: Final = ("contact_deleted", "contact_updated")


async def undo_import(import_id: Id, caller: Caller, unit: Unit, start_task: StartTask) -> Import:
    """Undo an import, or stage the task that will. Raises NotFound, IllegalTransition where it is not done."""
    made = await get_import(import_id, caller)
    if made.status != "done":
        raise IllegalTransition(f"The import is {made.status}; only one that is done can be undone.")
    made.status = "undoing"
    if made.rows > AT_ONCE:
        made.task_url = start_task(KIND, {"import_id": made.id}, caller, unit).url
        unit.replace(import_document(caller.tenant_id, made.id), made)
        return made
    counts = await undo_rows(made, unit.context, caller.tenant_id, AT_ONCE)
    finish(made, counts, unit)
    return made


def finish(made: Import, counts: Counter[str], unit: Unit) -> None:
    """Stage that an import is undone, and its event."""
    made.status, made.undone_at, made.updated_at = "undone", clock.utcnow(), clock.utcnow()
    unit.patch(import_document(unit.tenant_id, made.id), made.model_dump())
    unit.emit(ContactsImportUndone(import_id=made.id, removed=counts["removed"], reverted=counts["reverted"]))


async def undo_rows(made: Import, context: RequestContext, tenant_id: str, most: int) -> Counter[str]:
    """Undo up to `most` rows, 50 a commit; how many contacts were removed, reverted, kept; `rest` is 0 at the end."""
    counts: Counter[str] = Counter()
    while counts["rows"] < most:
        rows = await _next_rows(made.id, tenant_id)
        counts["rest"] = len(rows)
        if not rows:
            break
        counts.update(await _undo_batch(rows, made, context, tenant_id))
        counts["rows"] += len(rows)
    return counts


async def _next_rows(import_id: str, tenant_id: str) -> list[StoredRow]:
    from google.cloud.firestore import FieldFilter

    found = (
        tenant_collection(tenant_id, ROWS)
        .where(filter=FieldFilter("import_id", "==", import_id))
        .where(filter=FieldFilter("undone", "==", False))
        .where(filter=FieldFilter("outcome", "in", ["new", "update"]))
        .limit(ROWS_A_COMMIT)
    )
    return [from_snapshot(snapshot, StoredRow) async for snapshot in found.stream()]


async def _undo_batch(rows: list[StoredRow], made: Import, context: RequestContext, tenant_id: str) -> Counter[str]:
    async def stage(unit: Unit) -> Counter[str]:
        done: Counter[str] = Counter()
        for row in rows:
            done[await _undo(row, made, unit)] += 1
            unit.patch(row_document(tenant_id, made.id, row.row), {"undone": True})
        return done

    return await commit_batch(stage, context, tenant_id, EMITS)


async def _undo(row: StoredRow, made: Import, unit: Unit) -> str:
    try:
        contact = await load(unit.tenant_id, row.contact_id or "none")
    except NotFound:
        return "kept"
    if row.outcome == "new":
        touched = contact.id != row.contact_id or contact.version != row.contact_version or contact.interactions
        if touched or contact.status != "active":
            return "kept"
        await _remove(contact, unit)
        return "removed"
    now = contact.model_dump()
    back = {name: value for name, value in row.before.items() if now[name] == row.after.get(name)}
    if not back or contact.status != "active":
        return "kept"
    await stage_change(unit, contact, back, made.created_by, f"undo:{made.id}")
    return "reverted"


async def _remove(contact: StoredContact, unit: Unit) -> None:
    await released(unit, contact.id, contact_identities(contact))
    unit.delete(contact_document(unit.tenant_id, contact.id))
    count_change(unit, contact.id, contact_facts(contact), {})
    unit.emit(ContactDeleted(contact_id=contact.id))
