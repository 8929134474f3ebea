"""tabledata.insertAll: rows checked one by one, insert ids remembered with the rows they came with."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

import math
from typing import Any

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.names import TableName
from infra.local.bigquery.rows import BadRow, checked
from infra.local.bigquery.tables import Table
from infra.local.bigquery.writes import append

# Google promises "at least one minute"; here it is exact for as long as a retry could make sense.
REMEMBERED_SECONDS = 2 * 3600.0
MAX_ROWS = 50_000

_SETUP = """
CREATE TABLE IF NOT EXISTS _catalog.insert_ids
    (project VARCHAR, dataset VARCHAR, "table" VARCHAR, insert_id VARCHAR, moment DOUBLE)
"""
_STOPPED = {"reason": "stopped", "location": "", "debugInfo": "", "message": ""}


class Inserts:
    """Streaming inserts. The ids of the window are held in memory and written beside their rows."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._seen: dict[TableName, dict[str, float]] = {}

    def setup(self, cursor: Any) -> None:
        cursor.execute(_SETUP)
        self.reload(cursor)

    def reload(self, cursor: Any) -> None:
        self._seen = {}
        for project, dataset, table, insert_id, at in cursor.execute("SELECT * FROM _catalog.insert_ids").fetchall():
            self._seen.setdefault(TableName(project, dataset, table), {})[insert_id] = at

    def forget_before(self, cursor: Any, moment: float) -> None:
        """Drop the ids that are older than `moment`."""
        cursor.execute("DELETE FROM _catalog.insert_ids WHERE moment < ?", [moment])
        for name, ids in self._seen.items():
            self._seen[name] = {insert_id: at for insert_id, at in ids.items() if at >= moment}

    def forget_table(self, cursor: Any, name: TableName) -> None:
        """A table that is made anew has seen nothing."""
        values = [name.project, name.dataset, name.table]
        cursor.execute('DELETE FROM _catalog.insert_ids WHERE project = ? AND dataset = ? AND "table" = ?', values)
        self._seen.pop(name, None)

    def insert(self, cursor: Any, name: TableName, body: dict[str, Any], now: float) -> list[dict[str, Any]]:
        """Insert the rows of an insertAll request; return its insertErrors."""
        table = self._catalog.table(name)
        given = body.get("rows") or []
        _check_request(table, given)
        rows, errors = _check(table, given, bool(body.get("ignoreUnknownValues")))
        if errors and not body.get("skipInvalidRows"):
            bad = {entry["index"] for entry in errors}
            return errors + [{"index": i, "errors": [_STOPPED]} for i in range(len(given)) if i not in bad]
        self._write(cursor, table, rows, now)
        return errors

    def _write(self, cursor: Any, table: Table, rows: list[tuple[str | None, dict[str, Any]]], now: float) -> None:
        seen = self._seen.setdefault(table.name, {})
        fresh: list[dict[str, Any]] = []
        ids: list[list[Any]] = []
        for insert_id, row in rows:
            if insert_id is not None:
                if seen.get(insert_id, -math.inf) >= now - REMEMBERED_SECONDS:
                    continue
                seen[insert_id] = now
                ids.append([table.name.project, table.name.dataset, table.name.table, insert_id, now])
            fresh.append(row)
        append(cursor, table, fresh, now)
        if ids:
            places = ", ".join(["(?, ?, ?, ?, ?)"] * len(ids))
            flat = [value for entry in ids for value in entry]
            cursor.execute(f"INSERT INTO _catalog.insert_ids VALUES {places}", flat)


def _check_request(table: Table, rows: list[Any]) -> None:
    if table.kind == "VIEW":
        raise ApiError(f"Cannot add rows to a view: {table.name}")
    if not rows:
        raise ApiError("No rows present in the request.")
    if len(rows) > MAX_ROWS:
        raise ApiError(f"Too many rows present in the request, row count: {len(rows)} max row count: {MAX_ROWS}.")
    if not table.fields:
        raise ApiError(f"The destination table has no schema: {table.name}")


def _check(
    table: Table, given: list[dict[str, Any]], ignore_unknown: bool
) -> tuple[list[tuple[str | None, dict[str, Any]]], list[dict[str, Any]]]:
    rows: list[tuple[str | None, dict[str, Any]]] = []
    errors: list[dict[str, Any]] = []
    for index, entry in enumerate(given):
        try:
            row = checked(table.fields, entry.get("json") or {}, ignore_unknown)
        except BadRow as error:
            errors.append({"index": index, "errors": [error.proto()]})
        else:
            insert_id = entry.get("insertId")
            rows.append((str(insert_id) if insert_id not in (None, "") else None, row))
    return rows, errors
