"""Datasets and tables: Google's resources, with what queries need of them worked out once."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import orjson

from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.fields import Field, fields_of
from infra.local.bigquery.names import DatasetName, TableName, quoted
from infra.local.bigquery.partitioning import INGESTION_COLUMN, Partitioning

MAX_CLUSTERING_FIELDS = 4


def etag(resource: dict[str, Any]) -> str:
    return hashlib.md5(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS), usedforsecurity=False).hexdigest()


class Dataset:
    def __init__(self, name: DatasetName, resource: dict[str, Any]) -> None:
        self.name = name
        self.resource = resource

    def answer(self) -> dict[str, Any]:
        found = {"kind": "bigquery#dataset", "id": str(self.name), "datasetReference": self.name.reference()}
        return {**self.resource, **found, "etag": etag(self.resource)}

    def item(self) -> dict[str, Any]:
        """What datasets.list shows of it."""
        whole = self.answer()
        return {key: whole[key] for key in ("kind", "id", "datasetReference", "labels", "location") if key in whole}


class Table:
    """A table or view. Immutable: a change makes another one."""

    def __init__(self, name: TableName, resource: dict[str, Any]) -> None:
        self.name = name
        self.resource = resource
        self.fields: tuple[Field, ...] = fields_of((resource.get("schema") or {}).get("fields") or [])
        self.partitioning = Partitioning.of(resource, self.fields)
        self._check_clustering()

    @property
    def view_query(self) -> str | None:
        return (self.resource.get("view") or {}).get("query")

    @property
    def kind(self) -> str:
        return "TABLE" if self.view_query is None else "VIEW"

    @property
    def clustering(self) -> list[str]:
        return list((self.resource.get("clustering") or {}).get("fields") or [])

    @cached_property
    def columns(self) -> dict[str, Field]:
        """By lower-case name, since column names do not differ by case."""
        return {one.name.lower(): one for one in self.fields}

    @property
    def has_ingestion_column(self) -> bool:
        return self.partitioning is not None and self.partitioning.by_ingestion

    def definition(self) -> str:
        """DuckDB's CREATE TABLE."""
        columns = [
            f"{quoted(one.name)} {one.duckdb_type}" + (" NOT NULL" if one.mode == "REQUIRED" else "")
            for one in self.fields
        ]
        if self.has_ingestion_column:
            columns.append(f"{quoted(INGESTION_COLUMN)} TIMESTAMPTZ")
        return f"CREATE TABLE {self.name.physical} ({', '.join(columns) or '_empty BOOLEAN'})"

    def answer(self, rows: int, size: int) -> dict[str, Any]:
        found: dict[str, Any] = {
            "kind": "bigquery#table",
            "id": str(self.name),
            "tableReference": self.name.reference(),
            "type": self.kind,
            "etag": etag(self.resource),
            "schema": {"fields": [one.resource() for one in self.fields]},
        }
        if self.kind == "TABLE":
            counted = {"numRows": rows, "numBytes": size, "numLongTermBytes": 0, "numTotalLogicalBytes": size}
            found |= {key: str(value) for key, value in counted.items()}
        return {**self.resource, **found}

    def item(self) -> dict[str, Any]:
        """What tables.list shows of it."""
        shown = ("labels", "creationTime", "expirationTime", "timePartitioning", "clustering", "view")
        whole = {key: self.resource[key] for key in shown if key in self.resource}
        reference = {"tableReference": self.name.reference(), "type": self.kind}
        return {"kind": "bigquery#table", "id": str(self.name), **reference, **whole}

    def _check_clustering(self) -> None:
        if len(self.clustering) > MAX_CLUSTERING_FIELDS:
            raise ApiError("Too many clustering fields: at most 4 are allowed.")
        for name in self.clustering:
            if name.lower() not in {one.name.lower() for one in self.fields}:
                raise ApiError(f"The field specified for clustering cannot be found in the schema: {name}")
