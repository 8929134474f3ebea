"""Contacts from a CSV: judged row by row, then written 50 rows a commit, with a report and a way back.

Up to 1,000 rows are done while the caller waits; more become a task of steps of 1,000. Each commit carries the rows'
own documents, so that a step which is done again finds what is there and does the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page
from shared_layer.core.spreadsheet import read_table
from shared_layer.crm.batch_commit import commit_batch
from shared_layer.crm.import_batch import ROWS_A_COMMIT, Seen, judge, stage_rows
from shared_layer.crm.import_file import keep_file
from shared_layer.crm.import_record import (
    AT_ONCE,
    MOST_ROWS,
    ROWS,
    Import,
    ImportRequest,
    RowFilter,
    StoredRow,
    import_document,
    row_document,
)
from shared_layer.crm.import_row import Row, RowReport, checked_mapping, guessed_mapping, read_row
from shared_layer.crm.settings import read_settings
from shared_layer.messaging.events.crm import ContactsImported
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.storage.gcp_clients import firestore

KIND: Final = "crm.import"
EMITS: Final = ("contact_created", "contact_updated")
JUDGED_AT_ONCE: Final = 250


class Followed(Protocol):
    """A task, of which only its address is of interest here."""

    url: str


StartTask = Callable[[str, dict[str, Any], Caller, Unit], Followed]
"""`shared_layer.runtime.tasks.start_task`, handed in by the function: the runtime lies above the domains."""


def read_rows(text: str, mapping: dict[str, str] | None, region: str) -> tuple[dict[str, str], list[Row]]:
    """The mapping, and every row as it was read. Raises ValidationFailed where the file or the mapping is wrong."""
    header, lines = read_table(text)
    mapping = checked_mapping(guessed_mapping(header) if mapping is None else mapping, header)
    taken = list(islice(lines, MOST_ROWS + 1))
    if len(taken) > MOST_ROWS:
        raise ValidationFailed(f"A file may have {MOST_ROWS} rows. Split it.")
    return mapping, [read_row(number, header, line, mapping, region) for number, line in enumerate(taken, start=1)]


async def import_contacts(wanted: ImportRequest, caller: Caller, unit: Unit, start_task: StartTask) -> Import:
    """Do an import, try it out (`dry_run`), or stage the task that will do it."""
    region = (await read_settings(caller.tenant_id)).phone_region
    mapping, rows = read_rows(wanted.csv, wanted.mapping, region)
    moment = clock.utcnow()
    made = Import(
        id=new_id("imp"), status="running", rows=len(rows), mapping=mapping, on_match=wanted.on_match,
        created_by=caller.principal, created_at=moment, updated_at=moment,
    )  # fmt: skip
    if wanted.dry_run:
        made.status = "dry_run"
        reports = await _judged(rows, wanted.on_match, caller.tenant_id)
        made.counts, made.report = dict(Counter(one.outcome for one in reports)), reports[:AT_ONCE]
        return made
    if len(rows) > AT_ONCE:
        await keep_file(caller.tenant_id, made.id, wanted.csv)
        made.task_url = start_task(KIND, {"import_id": made.id}, caller, unit).url
        unit.create(import_document(caller.tenant_id, made.id), made.model_dump())
        return made
    await _begin(made, caller)
    counts = await write_rows(rows, made, unit.context, caller.tenant_id)
    finish(made, counts, unit)
    return made


async def _begin(made: Import, caller: Caller) -> None:
    """Write the import before its rows: a crash between leaves something that can be seen and undone."""
    await import_document(caller.tenant_id, made.id).create(made.model_dump())


def finish(made: Import, counts: Counter[str], unit: Unit) -> None:
    """Stage that an import is done, and its event."""
    made.status, made.done, made.counts, made.updated_at = "done", made.rows, dict(counts), clock.utcnow()
    unit.patch(import_document(unit.tenant_id, made.id), made.model_dump())
    skipped = made.rows - counts["new"] - counts["update"]
    unit.emit(ContactsImported(import_id=made.id, created=counts["new"], updated=counts["update"], skipped=skipped))


async def _judged(rows: Sequence[Row], on_match: str, tenant_id: str) -> list[RowReport]:
    seen, reports = Seen(), list[RowReport]()
    for start in range(0, len(rows), JUDGED_AT_ONCE):
        part = await judge(rows[start : start + JUDGED_AT_ONCE], seen, on_match, tenant_id)
        reports += [report for _, report, _ in part]
    return reports


async def write_rows(rows: Sequence[Row], made: Import, context: RequestContext, tenant_id: str) -> Counter[str]:
    """Commit the rows, 50 at once; how many came to which outcome. Rows done before are counted, not done again."""
    counts: Counter[str] = Counter()
    for start in range(0, len(rows), ROWS_A_COMMIT):
        counts.update(await _write_batch(rows[start : start + ROWS_A_COMMIT], made, context, tenant_id))
    return counts


async def _write_batch(rows: Sequence[Row], made: Import, context: RequestContext, tenant_id: str) -> list[str]:
    """What came of each row."""

    async def stage(unit: Unit) -> list[str]:
        if outcomes := await _done_before(rows, made.id, tenant_id):
            return outcomes
        reports = await stage_rows(rows, made.on_match, made.id, made.created_by, unit)
        return [report.outcome for report in reports]

    return await commit_batch(stage, context, tenant_id, EMITS)


async def _done_before(rows: Sequence[Row], import_id: str, tenant_id: str) -> list[str]:
    references = [row_document(tenant_id, import_id, row.number) for row in rows]
    found = [snapshot async for snapshot in firestore().get_all(references) if snapshot.exists]
    return [(snapshot.to_dict() or {})["outcome"] for snapshot in found]


async def get_import(import_id: Id, caller: Caller) -> Import:
    """One import. Raises NotFound."""
    return await read(import_document(caller.tenant_id, import_id), Import)


async def list_rows(import_id: Id, wanted: RowFilter, caller: Caller) -> Page[StoredRow]:
    """An import's rows in their order. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await get_import(import_id, caller)
    found = tenant_collection(caller.tenant_id, ROWS).where(filter=FieldFilter("import_id", "==", import_id))
    if wanted.outcome is not None:
        found = found.where(filter=FieldFilter("outcome", "==", wanted.outcome))
    return await page(found, StoredRow, wanted, ["row"])
