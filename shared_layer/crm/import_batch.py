"""Up to 50 rows of an import at once: looked up together, staged with their contacts, committed as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from shared_layer.core.errors import DuplicateContact
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.contacts import contact_identities, drafted, stage_change, stage_new
from shared_layer.crm.identity import Identity, OwnedIdentity
from shared_layer.crm.import_record import ROWS, StoredRow, row_document
from shared_layer.crm.import_row import Row, RowReport
from shared_layer.crm.people import owners
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection
from shared_layer.storage.gcp_clients import firestore

ROWS_A_COMMIT: Final = 50
LISTS: Final = ("emails", "phones", "tags")


class Seen:
    """Identities and contacts that earlier rows have given, and by which row."""

    def __init__(self) -> None:
        self._identities: dict[Identity, int] = {}
        self._contacts: dict[str, int] = {}

    def first(self, row: Row, contact: StoredContact | None) -> int | None:
        """The earlier row of the same contact; without one the row's own names are noted."""
        for identity in row.identities:
            if identity in self._identities:
                return self._identities[identity]
        if contact is not None and contact.id in self._contacts:
            return self._contacts[contact.id]
        self._identities |= dict.fromkeys(row.identities, row.number)
        if contact is not None:
            self._contacts[contact.id] = row.number
        return None

    def note(self, contact_id: str, row: int) -> None:
        """Remember that a row of an earlier batch gave the contact."""
        self._contacts.setdefault(contact_id, row)


async def judge(
    rows: Sequence[Row], seen: Seen, on_match: str, tenant_id: str, import_id: str | None = None
) -> list[tuple[Row, RowReport, StoredContact | None]]:
    """What is to become of each row, with the contact that it would change."""
    owned = await owners(tenant_id, list(dict.fromkeys(one for row in rows for one in row.identities)))
    contacts = await _contacts(tenant_id, {one.contact_id for one in owned.values()})
    if import_id is not None and contacts:
        await _note_earlier(tenant_id, import_id, sorted(contacts), seen)
    judged = []
    for row in rows:
        contact = _match(row, owned, contacts)
        judged.append((row, _judged(row, contact, seen, on_match), contact))
    return judged


async def _contacts(tenant_id: str, ids: set[str]) -> dict[str, StoredContact]:
    references = [contact_document(tenant_id, one) for one in sorted(ids)]
    if not references:
        return {}
    found = [snapshot async for snapshot in firestore().get_all(references)]
    return {one.id: from_snapshot(one, StoredContact) for one in found if one.exists}


async def _note_earlier(tenant_id: str, import_id: str, contact_ids: list[str], seen: Seen) -> None:
    """Note which of the contacts earlier rows of this import gave or changed."""
    from google.cloud.firestore import FieldFilter

    rows = tenant_collection(tenant_id, ROWS).where(filter=FieldFilter("import_id", "==", import_id))
    for start in range(0, len(contact_ids), 30):
        part = contact_ids[start : start + 30]
        async for snapshot in rows.where(filter=FieldFilter("contact_id", "in", part)).stream():
            earlier = snapshot.to_dict() or {}
            if earlier["outcome"] in ("new", "update", "unchanged"):
                seen.note(earlier["contact_id"], earlier["row"])


def _match(row: Row, owned: dict[Identity, OwnedIdentity], contacts: dict[str, StoredContact]) -> StoredContact | None:
    for identity in row.identities:
        if identity in owned and (contact := contacts.get(owned[identity].contact_id)) is not None:
            return contact
    return None


def _judged(row: Row, contact: StoredContact | None, seen: Seen, on_match: str) -> RowReport:
    if row.problems:
        return RowReport(row=row.number, outcome="invalid", problems=row.problems)
    contact_id = contact.id if contact is not None else None
    if (first := seen.first(row, contact)) is not None:
        return RowReport(row=row.number, outcome="duplicate", duplicate_of_row=first, contact_id=contact_id)
    if contact is None:
        return RowReport(row=row.number, outcome="new")
    if contact.status == "deleted":
        problem = "the contact is deleted; restore it first"
        return RowReport(row=row.number, outcome="invalid", contact_id=contact_id, problems=[problem])
    changes = sorted(changes_of(row, contact, on_match))
    return RowReport(
        row=row.number, outcome="update" if changes else "unchanged", contact_id=contact_id, changes=changes
    )


def changes_of(row: Row, contact: StoredContact, on_match: str) -> dict[str, Any]:
    """The fields in which a row would change its contact; lists are joined."""
    if on_match == "skip":
        return {}
    now = contact.model_dump()
    changes: dict[str, Any] = {}
    for name, value in row.fields.items():
        former = now[name]
        if name in LISTS:
            value = sorted({*former, *value}) if name == "tags" else list(dict.fromkeys([*former, *value]))
        elif isinstance(value, dict):
            known = {key: text for key, text in (former or {}).items() if text is not None}
            given = {key: text for key, text in value.items() if text is not None}
            value = given | known if on_match == "fill" else known | given
            former = known
        elif on_match == "fill" and former not in (None, ""):
            continue
        if value != former and not (name == "born_on" and str(value) == former):
            changes[name] = value
    return changes


async def stage_rows(rows: Sequence[Row], on_match: str, import_id: str, by: str, unit: Unit) -> list[RowReport]:
    """Stage up to 50 rows: their contacts, and a document each that tells of it."""
    reports: list[RowReport] = []
    claimed: set[Identity] = set()
    for row, report, contact in await judge(rows, Seen(), on_match, unit.tenant_id, import_id):
        stored = StoredRow(id=f"{import_id}-{row.number:06}", import_id=import_id, **report.model_dump())
        if report.outcome == "new":
            made = drafted(row.fields, "import", by)
            stage_new(unit, made, [*claimed, *await owners(unit.tenant_id, contact_identities(made))])
            claimed |= set(contact_identities(made))
            stored.contact_id, stored.contact_version = made.id, made.version
        elif report.outcome == "update" and contact is not None:
            await _update(row, contact, stored, claimed, on_match, by, unit)
        unit.create(row_document(unit.tenant_id, import_id, row.number), stored.model_dump())
        reports.append(stored)
    return reports


async def _update(
    row: Row, contact: StoredContact, stored: StoredRow, claimed: set[Identity], on_match: str, by: str, unit: Unit
) -> None:
    changes = changes_of(row, contact, on_match)
    stored.before = {name: value for name, value in contact.model_dump().items() if name in changes}
    wanted = contact.model_copy(update={name: changes[name] for name in ("emails", "phones") if name in changes})
    if claimed & (set(contact_identities(wanted)) - set(contact_identities(contact))):
        stored.outcome, stored.problems = "invalid", ["an earlier row has the same address or number"]
        return
    try:
        await stage_change(unit, contact, changes, by, f"import:{stored.import_id}")
    except DuplicateContact as error:
        others = ", ".join(match["contact_id"] for match in error.fields["matches"])
        stored.outcome, stored.problems = "invalid", [f"one of its addresses belongs to {others}"]
        return
    claimed |= set(contact_identities(contact))
    stored.contact_version = contact.version
    stored.after = {name: value for name, value in contact.model_dump().items() if name in changes}
