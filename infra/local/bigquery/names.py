"""How tables are called: Google's three-part names, and where DuckDB keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from infra.local.bigquery.errors import ApiError

_DATASET_ID = re.compile(r"[A-Za-z0-9_]{1,1024}\Z")
_TABLE_ID = re.compile(r"[\w\- ]{1,1024}\Z")


def quoted(identifier: str) -> str:
    """`identifier` as DuckDB reads it literally."""
    return '"' + identifier.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True, order=True)
class DatasetName:
    project: str
    dataset: str

    @classmethod
    def of(cls, reference: dict[str, Any], project: str) -> DatasetName:
        name = str(reference.get("datasetId") or "")
        if not _DATASET_ID.match(name):
            raise ApiError(
                f'Invalid dataset ID "{name}". Dataset IDs must be alphanumeric (plus underscores) '
                "and must be at most 1024 characters long."
            )
        return cls(str(reference.get("projectId") or project), name)

    @property
    def schema(self) -> str:
        """The DuckDB schema that holds the dataset; a project's name cannot hold a colon, so no two datasets meet."""
        return f"{self.project}:{self.dataset}"

    def reference(self) -> dict[str, str]:
        return {"projectId": self.project, "datasetId": self.dataset}

    def __str__(self) -> str:
        return f"{self.project}:{self.dataset}"


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    project: str
    dataset: str
    table: str

    @classmethod
    def of(cls, reference: dict[str, Any], project: str) -> TableName:
        parent = DatasetName.of(reference, project)
        name = str(reference.get("tableId") or "")
        if not _TABLE_ID.match(name):
            raise ApiError(f'Invalid table ID "{name}".')
        return cls(parent.project, parent.dataset, name)

    @property
    def parent(self) -> DatasetName:
        return DatasetName(self.project, self.dataset)

    @property
    def physical(self) -> str:
        """The table as it stands in DuckDB's SQL."""
        return f"{quoted(self.parent.schema)}.{quoted(self.table)}"

    def reference(self) -> dict[str, str]:
        return self.parent.reference() | {"tableId": self.table}

    def __str__(self) -> str:
        return f"{self.project}:{self.dataset}.{self.table}"
