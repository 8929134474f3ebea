"""Whether contacts that were loaded straight into the file are those that the API's own way of writing would make."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.local.firestore.schema import FILE_NAME
from infra.local.firestore.wire import Document
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.storage.gcp_clients import firestore

OTHER = "tsample"
_DOCUMENT = (
    "SELECT c.key, d.body FROM documents d JOIN collections c ON c.key = d.collection"
    " WHERE c.parent = ? AND c.id = 'crm_contacts' AND d.id = ?"
)
_ENTRIES = "SELECT id, field, element, value FROM entries WHERE collection = ? AND id IN ({places}) ORDER BY 1, 2, 3, 4"


async def differences(folder: Path, tenant_id: str, contacts: Sequence[StoredContact]) -> int:
    """How many of the contacts differ, in their fields or their index entries, from what Google's client has Firestore
    write for another tenant.
    """
    batch = firestore().batch()
    for contact in contacts:
        batch.set(contact_document(OTHER, contact.id), contact.model_dump())
    await batch.commit(timeout=60)
    connection = sqlite3.connect(folder / FILE_NAME)
    ids = [contact.id for contact in contacts]
    theirs, ours = (_read(connection, tenant, ids) for tenant in (OTHER, tenant_id))
    return sum(theirs[one] != ours[one] for one in ids)


def _read(connection: sqlite3.Connection, tenant_id: str, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Each contact's fields and index entries; these in one walk, since nothing leads to them by a document's id."""
    key, documents = 0, {}
    for one in ids:
        key, body = connection.execute(_DOCUMENT, (f"tenants/{tenant_id}", one)).fetchone()
        fields = Document.FromString(body).fields.items()
        documents[one] = {name: value.SerializeToString(deterministic=True) for name, value in fields}
    entries: dict[str, list[Any]] = {one: [] for one in ids}
    for one, *entry in connection.execute(_ENTRIES.format(places=", ".join("?" * len(ids))), (key, *ids)):
        entries[one].append(entry)
    return {one: (documents[one], entries[one]) for one in ids}
