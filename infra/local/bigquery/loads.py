"""Load jobs: newline-delimited JSON or CSV into a table, all of it or nothing."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any

import orjson

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.errors import AlreadyExists, ApiError, NotFound
from infra.local.bigquery.fields import Field, check_evolution, fields_of
from infra.local.bigquery.names import TableName
from infra.local.bigquery.partition_decorator import check_rows, decorated, in_partition
from infra.local.bigquery.queries import Outcome
from infra.local.bigquery.rows import BadRow, checked
from infra.local.bigquery.schema_detection import detected
from infra.local.bigquery.sizes import Sizes
from infra.local.bigquery.tables import Table
from infra.local.bigquery.writes import append

_GZIP_MAGIC = b"\x1f\x8b"


def load(
    cursor: Any, configuration: dict[str, Any], project: str, data: bytes, catalog: Catalog, sizes: Sizes, now: float
) -> Outcome:
    """Run a load job within the transaction of `cursor`."""
    reference, partition = decorated(configuration.get("destinationTable") or {})
    name = TableName.of(reference, project)
    catalog.dataset(name.parent)
    rows = list(_rows(configuration, _plain(data), catalog.find(name)))
    table = _destination(cursor, configuration, name, partition, rows, catalog, sizes, now)
    good = _checked(configuration, table, rows)
    if partition is not None:
        check_rows(table, partition, good)
    append(cursor, table, good, now)
    extra = {"inputFiles": "1", "inputFileBytes": str(len(data)), "outputRows": str(len(good)), "badRecords": "0"}
    return Outcome("LOAD", extra=extra | {"outputBytes": str(len(data))})


def _plain(data: bytes) -> bytes:
    if not data.startswith(_GZIP_MAGIC):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise ApiError("Error while reading data, error message: the file is not valid gzip") from None


def _rows(configuration: dict[str, Any], data: bytes, table: Table | None) -> Iterator[dict[str, Any]]:
    form = configuration.get("sourceFormat") or "CSV"
    if form == "NEWLINE_DELIMITED_JSON":
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise ApiError(
                        f"Error while reading data, error message: JSON parsing error in row {number}: {error}"
                    ) from None
    elif form == "CSV":
        yield from _csv_rows(configuration, data, table)
    else:
        raise ApiError(f"Unsupported source format here: {form}")


def _csv_rows(configuration: dict[str, Any], data: bytes, table: Table | None) -> Iterator[dict[str, Any]]:
    given = (configuration.get("schema") or {}).get("fields")
    lines = list(
        csv.reader(
            io.StringIO(data.decode(), newline=""),
            delimiter=configuration.get("fieldDelimiter") or ",",
            quotechar=configuration.get("quote") or '"',
        )
    )
    skipped = int(configuration.get("skipLeadingRows") or 0)
    if given:
        names = [str(one["name"]) for one in given]
    elif table is not None and table.fields and not configuration.get("autodetect"):
        names = [one.name for one in table.fields]
    else:
        names, skipped = lines[0] if lines else [], max(skipped, 1)
    null = configuration.get("nullMarker") or ""
    for number, values in enumerate(lines[skipped:], skipped + 1):
        if len(values) > len(names) or (len(values) < len(names) and not configuration.get("allowJaggedRows")):
            raise ApiError(
                f"Error while reading data, error message: CSV row {number} has {len(values)} columns, not {len(names)}"
            )
        yield {name: None if value == null else value for name, value in zip(names, values, strict=False)}


def _destination(
    cursor: Any,
    configuration: dict[str, Any],
    name: TableName,
    partition: str | None,
    rows: list[dict[str, Any]],
    catalog: Catalog,
    sizes: Sizes,
    now: float,
) -> Table:
    found, given = catalog.find(name), (configuration.get("schema") or {}).get("fields")
    disposition = configuration.get("writeDisposition") or "WRITE_APPEND"
    if found is None:
        if configuration.get("createDisposition") == "CREATE_NEVER":
            raise NotFound(f"Not found: Table {name}")
        return _create(cursor, configuration, name, fields_of(given) if given else detected(rows), catalog, now)
    within = "TRUE" if partition is None else in_partition(found, partition)
    has_rows = cursor.execute(f"SELECT 1 FROM {name.physical} WHERE {within} LIMIT 1").fetchone() is not None
    if disposition == "WRITE_EMPTY" and has_rows:
        raise AlreadyExists(f"Already Exists: Table {name}")
    if disposition == "WRITE_TRUNCATE":
        cursor.execute(f"DELETE FROM {name.physical} WHERE {within}")
        sizes.forget(name)
    if given and "ALLOW_FIELD_ADDITION" in (configuration.get("schemaUpdateOptions") or []):
        fields = fields_of(given)
        check_evolution(found.fields, fields, str(name))
        found = Table(name, {**found.resource, "schema": {"fields": [one.resource() for one in fields]}})
        catalog.change_table(cursor, found)
    return found


def _create(
    cursor: Any, configuration: dict[str, Any], name: TableName, fields: tuple[Field, ...], catalog: Catalog, now: float
) -> Table:
    made = str(int(now * 1000))
    resource: dict[str, Any] = {"creationTime": made, "lastModifiedTime": made, "location": "US"}
    resource |= {key: configuration[key] for key in ("timePartitioning", "clustering") if configuration.get(key)}
    table = Table(name, resource | {"schema": {"fields": [one.resource() for one in fields]}})
    catalog.add_table(cursor, table)
    return table


def _checked(configuration: dict[str, Any], table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    allowed, good, bad = int(configuration.get("maxBadRecords") or 0), [], 0
    for number, row in enumerate(rows, 1):
        try:
            good.append(checked(table.fields, row, bool(configuration.get("ignoreUnknownValues"))))
        except BadRow as error:
            bad += 1
            if bad > allowed:
                raise ApiError(f"Error while reading data, error message: row {number}: {error.message}") from None
    return good
