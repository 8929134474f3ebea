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
_ENTRIES = "SELECT field, element, value FROM entries WHERE collection = ? AND id = ? ORDER BY 1, 2, 3"


async def differences(folder: Path, tenant_id: str, contacts: Sequence[StoredContact]) -> int:
    """How many of the contacts differ, in their fields or their index entries, from what Google's client has Firestore
    write for another tenant.
    """
    batch = firestore().batch()
    for contact in contacts:
        batch.set(contact_document(OTHER, contact.id), contact.model_dump())
    await batch.commit(timeout=60)
    connection = sqlite3.connect(folder / FILE_NAME)
    return sum(_read(connection, tenant_id, one.id) != _read(connection, OTHER, one.id) for one in contacts)


def _read(connection: sqlite3.Connection, tenant_id: str, contact_id: str) -> tuple[Any, ...]:
    key, body = connection.execute(_DOCUMENT, (f"tenants/{tenant_id}", contact_id)).fetchone()
    fields = {
        name: value.SerializeToString(deterministic=True) for name, value in Document.FromString(body).fields.items()
    }
    return fields, connection.execute(_ENTRIES, (key, contact_id)).fetchall()
