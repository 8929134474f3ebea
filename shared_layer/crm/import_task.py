"""Imports of more than 1,000 rows, and their undoing, as tasks: a step for each 1,000 rows, with progress."""

from __future__ import annotations

from collections import Counter
from typing import Final

from shared_layer.core.models import Model
from shared_layer.crm import importing, undoing
from shared_layer.crm.import_file import kept_file
from shared_layer.crm.import_record import AT_ONCE, Import, import_document
from shared_layer.crm.settings import read_settings
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read

EMITS: Final = ("contacts_imported", "contacts_import_undone", *importing.EMITS, "contact_deleted")


class Progress(Model):
    """How far the import is: rows done, and what came of them."""

    percent: int
    position: dict[str, int]
    outcome: dict[str, int]
    last: bool


async def import_step(import_id: str, position: dict[str, int], unit: Unit) -> Progress:
    """Do the next 1,000 rows."""
    made = await read(import_document(unit.tenant_id, import_id), Import)
    region = (await read_settings(unit.tenant_id)).phone_region
    _, rows = importing.read_rows(await kept_file(unit.tenant_id, import_id), made.mapping, region)
    start = position.pop("row", 0)
    part = rows[start : start + AT_ONCE]
    counts = Counter(position) + await importing.write_rows(part, made, unit.context, unit.tenant_id)
    done = start + len(part)
    last = done >= len(rows)
    if last:
        importing.finish(made, counts, unit)
    else:
        progress = {"done": done, "counts": dict(counts)}
        unit.patch(import_document(unit.tenant_id, import_id), progress)
    return Progress(
        percent=100 * done // max(1, len(rows)), position={"row": done, **counts}, outcome=dict(counts), last=last
    )


async def undo_step(import_id: str, position: dict[str, int], unit: Unit) -> Progress:
    """Undo the next 1,000 rows."""
    made = await read(import_document(unit.tenant_id, import_id), Import)
    done = await undoing.undo_rows(made, unit.context, unit.tenant_id, AT_ONCE)
    rest = done.pop("rest")
    counts = Counter(position) + done
    if not rest:
        undoing.finish(made, counts, unit)
    percent = min(99, 100 * counts["rows"] // max(1, made.rows))
    return Progress(percent=percent, position=dict(counts), outcome=dict(counts), last=not rest)
