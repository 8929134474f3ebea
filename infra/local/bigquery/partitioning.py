"""How a table is cut into partitions, as Google's timePartitioning says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import quoted

UNITS = {"HOUR": "%Y%m%d%H", "DAY": "%Y%m%d", "MONTH": "%Y%m", "YEAR": "%Y"}
INGESTION_COLUMN = "_PARTITIONTIME"
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Partitioning:
    """Cut by `unit` on `column`; a partition's key is its first moment in UTC, as microseconds since the epoch."""

    unit: str
    column: str
    type: str
    expiration_seconds: float | None
    required: bool

    @classmethod
    def of(cls, resource: dict[str, Any], fields: Sequence[Field]) -> Partitioning | None:
        """The partitioning that a table resource asks for, checked against its fields."""
        given = resource.get("timePartitioning")
        if not given:
            return None
        unit, column = str(given.get("type") or "DAY"), given.get("field")
        if unit not in UNITS:
            raise ApiError(f"Invalid value for timePartitioning.type: {unit}", "timePartitioning.type")
        kind = "TIMESTAMP" if column is None else _column_type(str(column), unit, fields)
        expiration = given.get("expirationMs")
        return cls(
            unit,
            str(column or INGESTION_COLUMN),
            kind,
            int(expiration) / 1000 if expiration else None,
            bool(resource.get("requirePartitionFilter") or given.get("requirePartitionFilter")),
        )

    @property
    def by_ingestion(self) -> bool:
        return self.column == INGESTION_COLUMN

    @property
    def key(self) -> str:
        """The SQL (DuckDB) that gives a row's partition key."""
        return f"epoch_us(date_trunc('{self.unit.lower()}', CAST({quoted(self.column)} AS TIMESTAMP)))"

    def end(self, key: int) -> int:
        """The first moment after the partition `key`."""
        start = EPOCH + timedelta(microseconds=key)
        if self.unit == "YEAR":
            after = start.replace(year=start.year + 1)
        elif self.unit == "MONTH":
            after = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            after = start + (timedelta(days=1) if self.unit == "DAY" else timedelta(hours=1))
        return micros(after)

    def partition_id(self, key: int | None) -> str:
        """Google's name of the partition: 20261123, or __NULL__."""
        return "__NULL__" if key is None else (EPOCH + timedelta(microseconds=key)).strftime(UNITS[self.unit])


def micros(moment: datetime | date) -> int:
    """Microseconds since the epoch; a moment without a zone, and a date's midnight, are UTC."""
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    naive = whole.astimezone(UTC).replace(tzinfo=None) if whole.tzinfo else whole
    return (naive - EPOCH) // timedelta(microseconds=1)


def _column_type(column: str, unit: str, fields: Sequence[Field]) -> str:
    for one in fields:
        if one.name.lower() == column.lower():
            if one.type not in ("DATE", "TIMESTAMP", "DATETIME") or one.repeated:
                raise ApiError(
                    f"The field specified for time partitioning can only be of type TIMESTAMP, DATE or DATETIME. "
                    f"The type found is: {one.type}."
                )
            if one.type == "DATE" and unit == "HOUR":
                raise ApiError("Hourly partitioning is not supported on a column of type DATE.")
            return one.type
    raise ApiError("The field specified for partitioning cannot be found in the schema")
