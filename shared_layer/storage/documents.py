"""A tenant's documents: every path starts with the tenant, so that no query can forget it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import orjson
from pydantic import BaseModel

from shared_layer.core.errors import InvalidRequest, NotFound
from shared_layer.core.models import Entity, Page, PageQuery
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncCollectionReference, AsyncDocumentReference, AsyncQuery, DocumentSnapshot

Document = TypeVar("Document", bound=BaseModel)
DOCUMENT_ID: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_:.-]{0,500}")


def tenant_collection(tenant_id: str, name: str) -> AsyncCollectionReference:
    """`tenants/{tenant_id}/{name}`."""
    return firestore().collection("tenants", tenant_id, name)


def tenant_document(tenant_id: str, name: str, document_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant_id}/{name}/{document_id}`."""
    return tenant_collection(tenant_id, name).document(document_id)


async def read(reference: AsyncDocumentReference, model: type[Document]) -> Document:
    """The document as a `model`; an Entity remembers its update time, for a conditional write. Raises NotFound."""
    snapshot = await reference.get()
    if not snapshot.exists:
        raise NotFound()
    return from_snapshot(snapshot, model)


def from_snapshot(snapshot: DocumentSnapshot, model: type[Document]) -> Document:
    """A `model` from what Firestore holds, with the document's update time."""
    document = model.model_validate(snapshot.to_dict())
    if isinstance(document, Entity):
        document.remember_update_time(snapshot.update_time)
    return document


async def page(query: AsyncQuery, model: type[Document], paging: PageQuery, order: Sequence[str]) -> Page[Document]:
    """One page of `query`, ordered by the fields of `order` (`-` = descending) and then by id: stable under writes.

    Reads limit + 1 documents. Raises InvalidRequest for a cursor that this list did not hand out.
    """
    from google.cloud.firestore import Query

    descending = [field.startswith("-") for field in order]
    for field, down in zip(order, descending, strict=True):
        query = query.order_by(field.lstrip("-"), direction=Query.DESCENDING if down else Query.ASCENDING)
    last_direction = Query.DESCENDING if descending and descending[-1] else Query.ASCENDING
    query = query.order_by("__name__", direction=last_direction)
    fields = [field.lstrip("-") for field in order]
    if paging.cursor:
        query = query.start_after(_read_cursor(paging.cursor, [*fields, "__name__"]))
    snapshots = [snapshot async for snapshot in query.limit(paging.limit + 1).stream()]
    more = len(snapshots) > paging.limit
    kept = snapshots[: paging.limit]
    cursor = _write_cursor(kept[-1], fields) if more and kept else None
    return Page[Document](items=[from_snapshot(snapshot, model) for snapshot in kept], next_cursor=cursor)


def _write_cursor(snapshot: DocumentSnapshot, fields: Sequence[str]) -> str:
    values = [snapshot.get(field) for field in fields] + [snapshot.id]
    marked = [{"t": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(marked)).decode().rstrip("=")


def _read_cursor(cursor: str, names: Sequence[str]) -> dict[str, Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(names) or not DOCUMENT_ID.fullmatch(values[-1]):
            raise ValueError("not a cursor")
        read = [datetime.fromisoformat(value["t"]) if isinstance(value, dict) else value for value in values]
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise InvalidRequest("The cursor is not one that this list answered. Start again without it.") from None
    return dict(zip(names, read, strict=True))
