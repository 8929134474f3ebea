"""What was scheduled and is due: each publication becomes public once, however many clocks tick at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared_layer.content.piece import piece_document
from shared_layer.content.pieces import load, read_version
from shared_layer.content.publication import COLLECTION, Publication
from shared_layer.content.publishing import stage_published
from shared_layer.content.settings import read_settings
from shared_layer.core import clock
from shared_layer.core.errors import Conflict, NotFound, VersionMismatch
from shared_layer.core.logs import log
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import DocumentSnapshot

DUE_AT_ONCE: Final = 200


async def publish_due(unit: Unit) -> int:
    """Publish what waits and whose time has come, of all tenants, the longest due first; answers how many."""
    from google.cloud.firestore import FieldFilter

    waiting = (
        firestore()
        .collection_group(COLLECTION)
        .where(filter=FieldFilter("state", "==", "waiting"))
        .where(filter=FieldFilter("publish_at", "<=", clock.utcnow()))
        .order_by("publish_at")
        .limit(DUE_AT_ONCE)
    )
    published = 0
    async for snapshot in waiting.stream():
        step = Unit(unit.context, snapshot.reference.parent.parent.id, unit.emits)
        try:
            await _stage(snapshot, step)
            await step.commit()
        except (Conflict, VersionMismatch):
            continue  # published or cancelled by another hand; else the next minute looks again
        published += 1
    return published


async def _stage(snapshot: DocumentSnapshot, unit: Unit) -> None:
    """Stage one publication, on condition that nobody touched its record since it was found to be due."""
    from google.cloud.firestore import Increment

    publication = Publication.model_validate(snapshot.to_dict())
    try:
        piece = await load(unit.tenant_id, publication.piece_id)
        version = await read_version(unit.tenant_id, piece.id, publication.revision)
    except NotFound:
        log("WARNING", "publication_without_piece", publication.id)
        unit.patch_unchanged(snapshot.reference, {"state": "cancelled"}, snapshot.update_time)
        return
    fields = await stage_published(publication, piece, version, await read_settings(unit.tenant_id), unit)
    unit.patch_unchanged(snapshot.reference, publication.model_dump(), snapshot.update_time)
    # The working copy may be written at this very moment: its own fields are left alone.
    changed = fields | {"version": Increment(1), "updated_at": clock.utcnow()}
    unit.patch(piece_document(unit.tenant_id, piece.id), changed)
