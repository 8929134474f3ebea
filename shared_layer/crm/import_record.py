"""An import as it is asked for, kept and answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.crm.import_row import Outcome, RowReport
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_imports"
ROWS: Final = "crm_import_rows"
MOST_ROWS: Final = 100_000
AT_ONCE: Final = 1_000
"""Rows that are done while the caller waits; more become a task."""

Status = Literal["dry_run", "running", "done", "undoing", "undone"]
ColumnName = Annotated[str, StringConstraints(max_length=200)]


class ImportRequest(Model):
    """A CSV with a header. `mapping` says which field a column holds; without it the columns' names are guessed.

    `on_match` is what happens to a contact that is there already: `update` writes what the row gives over it, `fill`
    only what it has not, `skip` leaves it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"csv": "Name,Mail\nAda Lovelace,\n", "mapping": {"Name": "name", "Mail": "email"}}]
        }
    )

    csv: Annotated[str, StringConstraints(min_length=1, max_length=20_000_000, strip_whitespace=False)] = Field(
        examples=["Name,Mail\nAda Lovelace,\n"]
    )
    mapping: Annotated[dict[ColumnName, ColumnName], Field(max_length=200)] | None = None
    on_match: Literal["update", "fill", "skip"] = "update"
    dry_run: bool = False


class Import(Entity):
    """An import: how far it is, and what became of the rows. `task_url` follows one of more than 1,000 rows."""

    model_config = ConfigDict(extra="ignore")

    id: str
    status: Status
    rows: int
    done: int = 0
    mapping: dict[str, str]
    on_match: Literal["update", "fill", "skip"]
    counts: dict[str, int] = Field(default_factory=dict, description="Rows by outcome.")
    report: list[RowReport] = Field(default_factory=empty_list, description="Of a dry run, the first 1,000 rows.")
    task_url: str | None = None
    created_by: str
    undone_at: datetime | None = None


class RowFilter(PageQuery):
    """Which rows of an import: those with one outcome."""

    outcome: Outcome | None = None


class StoredRow(RowReport):
    """A row as kept: with the version that it left its contact at, and what of it was before, for undoing."""

    id: str
    import_id: str
    contact_version: int | None = None
    before: dict[str, Any] = Field(default_factory=dict)
    after: dict[str, Any] = Field(default_factory=dict)
    undone: bool = False


def import_document(tenant_id: str, import_id: Id) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_imports/{id}`."""
    return tenant_document(tenant_id, COLLECTION, import_id)


def row_document(tenant_id: str, import_id: str, number: int) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_import_rows/{import}-{row}`."""
    return tenant_document(tenant_id, ROWS, f"{import_id}-{number:06}")
