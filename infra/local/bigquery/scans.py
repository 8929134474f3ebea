"""What a statement reads: per table the columns and the condition that picks the partitions; and what that weighs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.pushdown_predicates import pushdown_predicates
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.partitioning import INGESTION_COLUMN
from infra.local.bigquery.planner import Statement
from infra.local.bigquery.pruning import Compiler, Condition
from infra.local.bigquery.rewrites import rewrite
from infra.local.bigquery.sizes import Sizes
from infra.local.bigquery.tables import Table

_INGESTION_COLUMNS = "'_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME'"
_STAND_IN = "_table"


@dataclass(slots=True)
class Scan:
    """One reading of `table`; `constants` is the SQL (DuckDB) of the constants in `condition`, as microseconds."""

    table: Table
    columns: frozenset[str]
    condition: Condition | None
    constants: tuple[str, ...]
    bound: frozenset[str]


def bytes_read(cursor: Any, statement: Statement, values: dict[str, Any], sizes: Sizes) -> int:
    """Logical bytes of the columns that are read, in the partitions that the filters keep.

    Raises InvalidQuery where a table that requires a partition filter has none.
    """
    if "scans" not in statement.notes:
        statement.notes["scans"] = scans_of(statement)
    return sum(_weigh(cursor, scan, values, sizes) for scan in statement.notes["scans"])


def _weigh(cursor: Any, scan: Scan, values: dict[str, Any], sizes: Sizes) -> int:
    parts, cut = sizes.partitions(cursor, scan.table), scan.table.partitioning
    if cut is not None and scan.condition is not None:
        bound = {name: value for name, value in values.items() if name in scan.bound}
        constants = cursor.execute(f"SELECT {', '.join(scan.constants) or 'NULL'}", bound).fetchone()
        parts = {key: part for key, part in parts.items() if scan.condition.keeps(cut, key, constants)}
    return sum(part.bytes(scan.columns) for part in parts.values())


def scans_of(statement: Statement) -> list[Scan]:
    by_physical = {one.name.physical: one for one in statement.tables}
    tree = statement.tree.copy()
    scans = list(_target_scans(tree, by_physical))
    for query in _outermost_queries(tree):
        scans += _query_scans(query, by_physical)
    for scan in scans:
        _require_filter(scan)
    return scans


def _target_scans(tree: exp.Expr, tables: dict[str, Table]) -> Iterator[Scan]:
    """UPDATE, DELETE and MERGE read the whole rows of the partitions of their target, and of a table to MERGE from."""
    if not isinstance(tree, exp.Update | exp.Delete | exp.Merge):
        return
    on = tree.args.get("on") if isinstance(tree, exp.Merge) else tree.args["where"].this
    sources = [tree.this, tree.args.get("using"), tree.args.get("from_")]
    for source in sources:
        inner = source.this if isinstance(source, exp.From) else source
        if isinstance(inner, exp.Table) and _physical(inner) in tables:
            table = tables[_physical(inner)]
            yield _scan(table, inner.alias_or_name, frozenset(table.columns), [on])


def _outermost_queries(tree: exp.Expr) -> Iterator[exp.Query]:
    if isinstance(tree, exp.Query):
        yield tree
        return
    for found in tree.find_all(exp.Select, exp.SetOperation):
        if not found.find_ancestor(exp.Select, exp.SetOperation):
            yield found


def _query_scans(query: exp.Query, tables: dict[str, Table]) -> list[Scan]:
    standing: dict[str, Table] = {}
    for node in query.find_all(exp.Table):
        if _physical(node) in tables:
            name = f"{_STAND_IN}{len(standing)}"
            standing[name] = tables[_physical(node)]
            node.set("db", None)
            node.set("this", exp.to_identifier(name))
    schema = {name: dict.fromkeys(_all_columns(table), "UNKNOWN") for name, table in standing.items()}
    tidy = _optimised(query.copy(), schema) or query
    return [scan for scope in traverse_scope(tidy) for scan in _scope_scans(scope, standing)]


def _optimised(query: Any, schema: dict[str, Any]) -> Any:
    """`query` with every column's table named, unused columns gone and filters next to their tables.

    None if the optimiser cannot follow the query: then it is taken as it stands, and reads more rather than less.
    """
    try:
        qualified = qualify(
            query,
            schema=schema,
            dialect="bigquery",
            quote_identifiers=False,
            identify=False,
            validate_qualify_columns=False,
            allow_partial_qualification=True,
        )
        return pushdown_predicates(pushdown_projections(qualified), dialect="bigquery")
    except SqlglotError:
        return None


def _scope_scans(scope: Scope, tables: dict[str, Table]) -> Iterator[Scan]:
    select = scope.expression
    for alias, source in scope.sources.items():
        if not isinstance(source, exp.Table) or source.name not in tables:
            continue
        table = tables[source.name]
        named = {
            one.name.lower()
            for one in scope.columns
            if one.table.lower() == alias.lower() or (not one.table and one.name.lower() in _all_columns(table))
        }
        if any(isinstance(one, exp.Star) or one.is_star for one in getattr(select, "selects", [])):
            named |= table.columns.keys()
        yield _scan(table, alias, frozenset(named), list(_conditions(select, alias)))


def _conditions(select: exp.Expr, alias: str) -> Iterator[exp.Expr]:
    """The conditions that every row of the source `alias` must meet to count."""
    where = select.args.get("where")
    if where is not None:
        yield where.this
    for join in select.args.get("joins") or []:
        on = join.args.get("on")
        inner = join.side not in ("LEFT", "RIGHT", "FULL")
        own = join.side == "LEFT" and join.this.alias_or_name.lower() == alias.lower()
        if on is not None and (inner or own):
            yield on


def _scan(table: Table, alias: str, columns: frozenset[str], conditions: list[Any]) -> Scan:
    if table.partitioning is None:
        return Scan(table, columns, None, (), frozenset())
    compiler = Compiler(table.partitioning.column, alias)
    parts = [one for one in map(compiler.compile, conditions) if one is not None]
    found = [(rewrite(one.copy()), is_array) for one, is_array in compiler.constants]
    bound = {str(node.this) for one, _ in found for node in one.find_all(exp.Placeholder)}
    constants = [_as_micros(one.sql("duckdb", identify=True), is_array) for one, is_array in found]
    return Scan(
        table, columns, Condition("and", parts=tuple(parts)) if parts else None, tuple(constants), frozenset(bound)
    )


def _as_micros(sql: str, is_array: bool) -> str:
    moment = "epoch_us(CAST({0} AS TIMESTAMPTZ))"
    return f"list_transform({sql}, lambda _e: {moment.format('_e')})" if is_array else moment.format(f"({sql})")


def _require_filter(scan: Scan) -> None:
    cut = scan.table.partitioning
    if cut is None or not cut.required or scan.condition is not None:
        return
    name = scan.table.name
    columns = _INGESTION_COLUMNS if cut.by_ingestion else f"'{cut.column}'"
    raise InvalidQuery(
        f"Cannot query over table '{name.project}.{name.dataset}.{name.table}' without a filter over "
        f"column(s) {columns} that can be used for partition elimination"
    )


def _all_columns(table: Table) -> list[str]:
    return [*table.columns, *([INGESTION_COLUMN.lower()] if table.has_ingestion_column else [])]


def _physical(node: exp.Table) -> str:
    return f'"{node.text("db")}"."{node.name}"'
