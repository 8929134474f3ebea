"""What was changed of a contact, field by field: when, by whom, from what to what."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.crm.contact import ContactFields, StoredContact
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, tenant_collection, tenant_document

COLLECTION: Final = "crm_history"
FOLLOWED: Final = (*ContactFields.model_fields, "slack_users", "status")


class FieldChange(Model):
    """One field's values before and after."""

    field: str
    old: Any
    new: Any


class ChangeRecord(Model):
    """What one write changed of a contact. `because` names the operation: `update`, `merge`, `unmerge`, `import`, …"""

    id: str
    contact_id: str
    at: datetime
    by: str
    because: str
    request_id: str
    changes: list[FieldChange]


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    """The followed fields in which two dumps differ."""
    return [
        FieldChange(field=name, old=before.get(name), new=after.get(name))
        for name in FOLLOWED
        if before.get(name) != after.get(name)
    ]


def write_history(unit: Unit, contact: StoredContact, before: dict[str, Any], by: str, because: str) -> list[str]:
    """Stage the record of a change; answers the names of the fields that changed."""
    changes = differences(before, contact.model_dump())
    if changes:
        record = ChangeRecord(
            id=new_id("chg"),
            contact_id=contact.id,
            at=clock.utcnow(),
            by=by,
            because=because,
            request_id=unit.context.request_id,
            changes=changes,
        )
        unit.create(tenant_document(unit.tenant_id, COLLECTION, record.id), record.model_dump())
    return [change.field for change in changes]


async def list_history(contact_id: str, query: PageQuery, caller: Caller) -> Page[ChangeRecord]:
    """A contact's changes, the newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION).where(filter=FieldFilter("contact_id", "==", contact_id))
    return await page(found, ChangeRecord, query, ["-at"])
