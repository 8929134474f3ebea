"""Queries run against the warehouse: reads beside each other, changes one after another."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.engine import Engine
from infra.local.bigquery.errors import AlreadyExists, InvalidQuery
from infra.local.bigquery.inserts import Inserts
from infra.local.bigquery.names import TableName, quoted
from infra.local.bigquery.planner import Planner, Statement
from infra.local.bigquery.queries import (
    Outcome,
    QueryRequest,
    change,
    check_cap,
    check_destination,
    describe,
    select,
    values_of,
)
from infra.local.bigquery.sizes import Sizes
from infra.local.bigquery.tables import Table
from infra.local.clock import Clock

# Called in the transaction of a query that changes something, to write down beside the change that it was made.
Record = Callable[[Any, Outcome], None]


@dataclass(slots=True)
class Prepared:
    """A query that has been found sound: what it is, what it will cost, what is bound."""

    request: QueryRequest
    statement: Statement
    outcome: Outcome
    values: dict[str, Any]
    preamble: str


class Queries:
    def __init__(
        self, engine: Engine, catalog: Catalog, sizes: Sizes, inserts: Inserts, folder: Path, clock: Clock
    ) -> None:
        self._engine = engine
        self._catalog = catalog
        self._sizes = sizes
        self._inserts = inserts
        self._folder = folder
        self._clock = clock
        self._planner = Planner(catalog)

    async def prepare(self, request: QueryRequest) -> Prepared:
        """Plan and price `request`. Whatever is wrong with the query's text is raised here."""
        return await self._engine.read(lambda cursor: self._prepare(cursor, request))

    async def execute(self, prepared: Prepared, record: Record) -> Outcome:
        statement, request = prepared.statement, prepared.request
        if request.dry_run:
            return prepared.outcome
        if statement.kind == "SELECT" and request.destination is None:
            return await self._engine.read(lambda cursor: self._select(cursor, prepared))
        return await self._engine.write(lambda cursor: self._change(cursor, prepared, record))

    async def view_schema(self, name: TableName, sql: str) -> dict[str, Any]:
        """The schema of the view `name` that `sql` makes; an unsound query is told now, not when it is read."""
        prepared = await self.prepare(QueryRequest(sql, name.project, unfiltered=True))
        if prepared.statement.kind != "SELECT" or prepared.statement.used:
            raise InvalidQuery("A view must be a SELECT without query parameters")
        return {"fields": [one.resource() for one in prepared.outcome.fields]}

    def _prepare(self, cursor: Any, request: QueryRequest) -> Prepared:
        from infra.local.bigquery.duck_errors import as_query_errors
        from infra.local.bigquery.information_schema import common_tables
        from infra.local.bigquery.scans import bytes_read

        now = self._clock.now()
        statement = self._planner.plan(request.sql, request.project, request.default, request.parameters)
        values = values_of(statement, request.parameters, now)
        with as_query_errors(request.sql):
            preamble = common_tables(cursor, statement.schema_views, self._catalog, self._sizes)
            outcome = Outcome(statement.kind, referenced=tuple(one.name for one in statement.tables))
            if statement.kind == "SELECT":
                outcome.fields = describe(cursor, statement, values, preamble)
            elif statement.sql and request.dry_run:
                cursor.execute(f"EXPLAIN {statement.sql}", values)
            if not request.unfiltered:
                outcome.bytes_processed = bytes_read(cursor, statement, values, self._sizes)
        check_cap(outcome, request)
        check_destination(self._catalog, request)
        return Prepared(request, statement, outcome, values, preamble)

    def _select(self, cursor: Any, prepared: Prepared) -> Outcome:
        from infra.local.bigquery.duck_errors import as_query_errors

        with as_query_errors(prepared.request.sql):
            prepared.outcome.results = select(
                cursor, prepared.statement, prepared.values, prepared.preamble, self._folder
            )
        return prepared.outcome

    def _change(self, cursor: Any, prepared: Prepared, record: Record) -> Outcome:
        from infra.local.bigquery.ddl import Definition
        from infra.local.bigquery.duck_errors import as_query_errors

        outcome, statement = prepared.outcome, prepared.statement
        with as_query_errors(prepared.request.sql):
            if statement.kind == "SELECT":
                self._select(cursor, prepared)
                self._store(cursor, prepared)
            elif statement.sql:
                outcome.affected = change(cursor, statement, prepared.values, self._sizes)
            else:
                Definition(
                    cursor,
                    statement,
                    outcome,
                    self._catalog,
                    self._sizes,
                    self._inserts,
                    self._planner,
                    self._clock.now(),
                ).run()
        record(cursor, outcome)
        return outcome

    def _store(self, cursor: Any, prepared: Prepared) -> None:
        """Write a SELECT's rows to its destination table."""
        request, name = prepared.request, prepared.request.destination
        assert name is not None
        found = self._catalog.find(name)
        if found is not None and request.write_disposition == "WRITE_TRUNCATE":
            self._catalog.drop_table(cursor, name)
            self._sizes.forget(name)
            found = None
        elif found is not None and request.write_disposition == "WRITE_EMPTY" and _has_rows(cursor, found):
            raise AlreadyExists(f"Already Exists: Table {name}")
        if found is None:
            made = str(int(self._clock.now() * 1000))
            schema = {"fields": [one.resource() for one in prepared.outcome.fields]}
            found = Table(name, {"schema": schema, "creationTime": made, "lastModifiedTime": made, "location": "US"})
            self._catalog.add_table(cursor, found)
        columns = ", ".join(quoted(one.name) for one in prepared.outcome.fields)
        cursor.execute(
            f"INSERT INTO {name.physical} ({columns}) {prepared.preamble}SELECT * FROM ({prepared.statement.sql})",
            prepared.values,
        )


def _has_rows(cursor: Any, table: Table) -> bool:
    return cursor.execute(f"SELECT 1 FROM {table.name.physical} LIMIT 1").fetchone() is not None
