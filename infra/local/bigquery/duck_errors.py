"""DuckDB's complaints in Google's words. Whatever a query can cause is a 4xx; a fault of ours stays an exception."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from infra.local.bigquery.errors import ApiError, InvalidQuery, NotFound
from infra.local.bigquery.parsing import position

Say = Callable[[re.Match[str], str], ApiError]


def _named(what: str) -> Say:
    def say(found: re.Match[str], sql: str) -> ApiError:
        name = found[1].removeprefix("main.")
        return InvalidQuery(f"{what}: {name} at {position(sql, name)}")

    return say


def _plain(template: str) -> Say:
    return lambda found, _: InvalidQuery(template.format(*found.groups()))


_SAYINGS: list[tuple[re.Pattern[str], Say]] = [
    (re.compile(pattern), say)
    for pattern, say in (
        (r'Function with name "?([\w.]+)"? ', _named("Function not found")),
        (r'Referenced column "([^"]+)" (?:was )?not found', _named("Unrecognized name")),
        (r'does not have a column named "([^"]+)"', _named("Unrecognized name")),
        (r'Column with name "?([^" ]+)"? does not', _named("Column not found")),
        (r'Referenced table "([^"]+)" not found', _named("Unrecognized name")),
        (
            r'(?:Table|View) with name "?([^" !]+)"? does not exist',
            lambda found, _: NotFound(f"Not found: Table {found[1]}"),
        ),
        (r'(?:date|Date) field value out of range: "([^"]*)"', _plain("Invalid date: '{0}'")),
        (r'invalid date field format: "([^"]*)"', _plain("Invalid date: '{0}'")),
        (r'timestamp field value out of range: "([^"]*)"', _plain("Invalid timestamp: '{0}'")),
        (r'invalid timestamp field format: "([^"]*)"', _plain("Invalid timestamp: '{0}'")),
        (r"Could not convert string '(.*)' to INT64", _plain("Bad int64 value: {0}")),
        (r"Could not convert string '(.*)' to DOUBLE", _plain("Bad double value: {0}")),
        (r"Could not convert string '(.*)' to BOOL", _plain("Bad bool value: {0}")),
        (r"NOT NULL constraint failed: \S*?([^.\s]+)$", _plain("Required field {0} cannot be null")),
        (
            r'column "([^"]+)" must appear in the GROUP BY',
            _plain("SELECT list expression references column {0} which is neither grouped nor aggregated"),
        ),
        (
            r"MERGE INTO command cannot affect the same target row more than once",
            _plain("UPDATE/MERGE must match at most one source row for each target row"),
        ),
        (r"Overflow in (\w+) of INT64 \(([^)]*)\)", _plain("int64 overflow: {1}")),
    )
]


@contextmanager
def as_query_errors(sql: str) -> Iterator[None]:
    """Run DuckDB or sqlglot for the query `sql` (BigQuery's text): their errors become errors of the query."""
    import duckdb
    from sqlglot.errors import SqlglotError

    try:
        yield
    except SqlglotError as error:
        raise InvalidQuery(str(error).split("\n")[0]) from error
    except (duckdb.InternalException, duckdb.FatalException, duckdb.IOException):
        raise
    except duckdb.Error as error:
        raise _translated(str(error), sql) from error


def _translated(message: str, sql: str) -> ApiError:
    first = message.split("\n\nLINE ")[0]
    for pattern, say in _SAYINGS:
        found = pattern.search(first)
        if found:
            return say(found, sql)
    return InvalidQuery(re.sub(r"^[A-Z]\w+(?: \w+)* Error: ", "", first.split("\n")[0]))
