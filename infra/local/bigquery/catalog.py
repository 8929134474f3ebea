"""Which datasets and tables there are: held in memory, written to DuckDB in the transaction that changes them."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

from typing import Any

import orjson

from infra.local.bigquery.errors import AlreadyExists, InUse, NotFound
from infra.local.bigquery.names import DatasetName, TableName, quoted
from infra.local.bigquery.tables import Dataset, Table

_SETUP = """
CREATE SCHEMA IF NOT EXISTS _catalog;
CREATE TABLE IF NOT EXISTS _catalog.datasets (project VARCHAR, dataset VARCHAR, resource VARCHAR);
CREATE TABLE IF NOT EXISTS _catalog.tables (project VARCHAR, dataset VARCHAR, "table" VARCHAR, resource VARCHAR);
"""
_THIS_DATASET = "project = ? AND dataset = ?"
_THIS_TABLE = _THIS_DATASET + ' AND "table" = ?'


class Catalog:
    """Every method that takes a cursor belongs in a write; the others may be called anywhere."""

    def __init__(self) -> None:
        self.version = 0
        self._datasets: dict[DatasetName, Dataset] = {}
        self._tables: dict[TableName, Table] = {}

    def setup(self, cursor: Any) -> None:
        cursor.execute(_SETUP)
        self.reload(cursor)

    def reload(self, cursor: Any) -> None:
        """Take what is on disk for the truth: at the start, and after a transaction that failed."""
        datasets = cursor.execute("SELECT * FROM _catalog.datasets").fetchall()
        tables = cursor.execute("SELECT * FROM _catalog.tables").fetchall()
        sets = [Dataset(DatasetName(p, d), orjson.loads(text)) for p, d, text in datasets]
        self._datasets = {one.name: one for one in sets}
        found = [Table(TableName(p, d, t), orjson.loads(text)) for p, d, t, text in tables]
        self._tables = {one.name: one for one in found}
        self.version += 1

    def dataset(self, name: DatasetName) -> Dataset:
        if name not in self._datasets:
            raise NotFound(f"Not found: Dataset {name}")
        return self._datasets[name]

    def datasets(self, project: str) -> list[Dataset]:
        return [self._datasets[name] for name in sorted(self._datasets) if name.project == project]

    def find(self, name: TableName) -> Table | None:
        return self._tables.get(name)

    def table(self, name: TableName) -> Table:
        self.dataset(name.parent)
        if name not in self._tables:
            raise NotFound(f"Not found: Table {name}")
        return self._tables[name]

    def tables(self, dataset: DatasetName | None = None) -> list[Table]:
        return [t for name, t in sorted(self._tables.items()) if dataset is None or name.parent == dataset]

    def add_dataset(self, cursor: Any, dataset: Dataset) -> None:
        name = dataset.name
        if name in self._datasets:
            raise AlreadyExists(f"Already Exists: Dataset {name}")
        cursor.execute(f"CREATE SCHEMA {quoted(name.schema)}")
        text = orjson.dumps(dataset.resource).decode()
        cursor.execute("INSERT INTO _catalog.datasets VALUES (?, ?, ?)", [name.project, name.dataset, text])
        self._datasets[name] = dataset
        self.version += 1

    def change_dataset(self, cursor: Any, dataset: Dataset) -> None:
        values = [orjson.dumps(dataset.resource).decode(), dataset.name.project, dataset.name.dataset]
        cursor.execute(f"UPDATE _catalog.datasets SET resource = ? WHERE {_THIS_DATASET}", values)
        self._datasets[dataset.name] = dataset

    def drop_dataset(self, cursor: Any, name: DatasetName, contents: bool) -> None:
        self.dataset(name)
        inside = self.tables(name)
        if inside and not contents:
            raise InUse(f"Dataset {name} is still in use")
        for table in inside:
            self.drop_table(cursor, table.name)
        cursor.execute(f"DROP SCHEMA {quoted(name.schema)}")
        cursor.execute(f"DELETE FROM _catalog.datasets WHERE {_THIS_DATASET}", [name.project, name.dataset])
        del self._datasets[name]
        self.version += 1

    def add_table(self, cursor: Any, table: Table) -> None:
        name = table.name
        self.dataset(name.parent)
        if name in self._tables:
            raise AlreadyExists(f"Already Exists: Table {name}")
        if table.kind == "TABLE":
            cursor.execute(table.definition())
        values = [name.project, name.dataset, name.table, orjson.dumps(table.resource).decode()]
        cursor.execute("INSERT INTO _catalog.tables VALUES (?, ?, ?, ?)", values)
        self._tables[name] = table
        self.version += 1

    def change_table(self, cursor: Any, table: Table) -> None:
        """Put `table` in the place of the one with its name, columns included; the fields were checked before."""
        name, before = table.name, self._tables[table.name]
        if table.kind == "TABLE":
            for one in table.fields:
                _evolve(cursor, name, before.columns.get(one.name.lower()), one)
        values = [orjson.dumps(table.resource).decode(), name.project, name.dataset, name.table]
        cursor.execute(f"UPDATE _catalog.tables SET resource = ? WHERE {_THIS_TABLE}", values)
        self._tables[name] = table
        self.version += 1

    def drop_table(self, cursor: Any, name: TableName) -> None:
        if self.table(name).kind == "TABLE":
            cursor.execute(f"DROP TABLE {name.physical}")
        cursor.execute(f"DELETE FROM _catalog.tables WHERE {_THIS_TABLE}", [name.project, name.dataset, name.table])
        del self._tables[name]
        self.version += 1


def _evolve(cursor: Any, name: TableName, before: Any, now: Any) -> None:
    column = quoted(now.name)
    if before is None:
        cursor.execute(f"ALTER TABLE {name.physical} ADD COLUMN {column} {now.duckdb_type}")
        return
    if before.duckdb_type != now.duckdb_type:
        cursor.execute(f"ALTER TABLE {name.physical} ALTER COLUMN {column} SET DATA TYPE {now.duckdb_type}")
    if before.mode == "REQUIRED" and now.mode != "REQUIRED":
        cursor.execute(f"ALTER TABLE {name.physical} ALTER COLUMN {column} DROP NOT NULL")
