"""A query from request to rows: planned, priced, checked against its caps, run."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.duck_types import fields_of_result
from infra.local.bigquery.encoding import column_names, fetchable
from infra.local.bigquery.errors import ApiError, BytesBilledLimitExceeded, InvalidQuery
from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import DatasetName, TableName
from infra.local.bigquery.parameters import Parameter
from infra.local.bigquery.planner import Statement
from infra.local.bigquery.results import Results
from infra.local.bigquery.sizes import Sizes

MEBIBYTE = 1024 * 1024
MINIMUM_BILLED = 10 * MEBIBYTE
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """What a query asks for, whichever method it came by."""

    sql: str
    project: str
    default: DatasetName | None = None
    parameters: tuple[Parameter, ...] = ()
    dry_run: bool = False
    maximum_bytes: int | None = None
    destination: TableName | None = None
    write_disposition: str = "WRITE_EMPTY"
    create_disposition: str = "CREATE_IF_NEEDED"
    # A view's own query need not filter by partition: the queries of the view do.
    unfiltered: bool = False


@dataclass(slots=True)
class Outcome:
    """What a query brought: rows, counts of rows changed, and what it cost."""

    kind: str
    fields: tuple[Field, ...] = ()
    results: Results | None = None
    bytes_processed: int = 0
    affected: dict[str, int] | None = None
    referenced: tuple[TableName, ...] = ()
    ddl_target: TableName | None = None
    ddl_operation: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def bytes_billed(self) -> int:
        """Google bills whole mebibytes, ten at least; definitions and queries of no table are free."""
        if not self.referenced:
            return 0
        return max(MINIMUM_BILLED, -(-self.bytes_processed // MEBIBYTE) * MEBIBYTE)


def values_of(statement: Statement, parameters: Sequence[Parameter], now: float) -> dict[str, Any]:
    """The values of DuckDB's prepared parameters."""
    values = {f"p{index}": parameters[index].value for index in statement.used}
    if statement.uses_clock:
        values["_now"] = datetime.fromtimestamp(now, UTC).isoformat(" ")
    return values


def describe(cursor: Any, statement: Statement, values: dict[str, Any], preamble: str) -> tuple[Field, ...]:
    """The columns of a SELECT, without running it."""
    if statement.fields is None:
        if not preamble:
            _check_names([str(row[0]) for row in cursor.execute(f"DESCRIBE {statement.sql}", values).fetchall()])
        cursor.execute(f"{preamble}SELECT * FROM ({statement.sql}) LIMIT 0", values)
        statement.fields = fields_of_result(cursor.description)
    return statement.fields


def _check_names(names: Sequence[str]) -> None:
    """In a subquery DuckDB would give the second of two equal names another."""
    lower = [name.lower() for name in names]
    doubled = sorted({name for name in names if lower.count(name.lower()) > 1})
    if doubled:
        raise InvalidQuery(
            f"Duplicate column names in the result are not supported. Found duplicate(s): {', '.join(doubled)}"
        )


def select(cursor: Any, statement: Statement, values: dict[str, Any], preamble: str, folder: Path) -> Results:
    """Run a SELECT to its end."""
    fields = describe(cursor, statement, values, preamble)
    cursor.execute(f"{preamble}SELECT {fetchable(fields)} FROM ({statement.sql}) AS _r({column_names(fields)})", values)
    results = Results(fields, folder)
    while rows := cursor.fetchmany(_BATCH):
        results.extend(rows)
    return results


def change(cursor: Any, statement: Statement, values: dict[str, Any], sizes: Sizes) -> dict[str, int]:
    """Run an INSERT, UPDATE, DELETE or MERGE; return Google's dmlStats."""
    cursor.execute(statement.sql, values)
    if statement.kind == "MERGE":
        actions = [row[0] for row in cursor.fetchall()]
    else:
        actions = [statement.kind] * int((cursor.fetchone() or (0,))[0])
    if statement.target is not None and statement.kind != "INSERT":
        sizes.forget(statement.target)
    stats = {"INSERT": "insertedRowCount", "UPDATE": "updatedRowCount", "DELETE": "deletedRowCount"}
    return {name: actions.count(action) for action, name in stats.items() if statement.kind in (action, "MERGE")}


def check_cap(outcome: Outcome, request: QueryRequest) -> None:
    cap = request.maximum_bytes
    if cap is not None and outcome.bytes_billed > cap:
        raise BytesBilledLimitExceeded(
            f"Query exceeded limit for bytes billed: {cap}. {outcome.bytes_billed} or higher required."
        )


def check_destination(catalog: Catalog, request: QueryRequest) -> None:
    if request.destination is None:
        return
    catalog.dataset(request.destination.parent)
    if catalog.find(request.destination) is None and request.create_disposition == "CREATE_NEVER":
        raise ApiError(f"Not found: Table {request.destination}")
