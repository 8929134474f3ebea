"""BigQuery's syntax tree into DuckDB's SQL: parameters bound, DML completed, the rest by sqlglot and the rewrites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.names import TableName
from infra.local.bigquery.parameters import POSITIONAL, Parameter
from infra.local.bigquery.parsing import position
from infra.local.bigquery.partitioning import INGESTION_COLUMN, Partitioning
from infra.local.bigquery.resolving import Resolver
from infra.local.bigquery.rewrites import rewrite
from infra.local.bigquery.rewrites.clock import NOW
from infra.local.bigquery.tables import Table

_DML: dict[type[exp.Expr], str] = {exp.Insert: "INSERT", exp.Update: "UPDATE", exp.Delete: "DELETE", exp.Merge: "MERGE"}


def statement_kind(tree: exp.Expr) -> str:
    """Google's statementType."""
    if isinstance(tree, exp.Query):
        return "SELECT"
    if type(tree) in _DML:
        return _DML[type(tree)]
    if isinstance(tree, exp.TruncateTable):
        return "TRUNCATE_TABLE"
    if isinstance(tree, exp.Alter):
        return "ALTER_TABLE"
    kind = str(tree.args.get("kind") or "").upper()
    if isinstance(tree, exp.Create) and kind in ("TABLE", "VIEW", "SCHEMA"):
        return f"CREATE_{kind}" + ("_AS_SELECT" if kind == "TABLE" and tree.expression else "")
    if isinstance(tree, exp.Drop) and kind in ("TABLE", "VIEW", "SCHEMA"):
        return f"DROP_{kind}"
    raise InvalidQuery(f"Statement not supported here: {tree.key.upper()}")


def is_definition(kind: str) -> bool:
    return kind.startswith(("CREATE_", "DROP_", "ALTER_", "TRUNCATE_"))


def prepare(tree: exp.Expr, kind: str, resolver: Resolver) -> TableName | None:
    """Bring a DML statement into the one form that the rest knows; return the table that it changes."""
    if kind not in _DML.values():
        return None
    if isinstance(tree, exp.Delete) and not tree.this:
        tree.set("this", tree.args["tables"][0])
        tree.set("tables", None)
    if isinstance(tree, exp.Update | exp.Delete) and not tree.args.get("where"):
        raise InvalidQuery(f"{kind} must have a WHERE clause")
    named = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    name = resolver.name(named)
    if resolver.catalog.table(name).kind == "VIEW":
        raise InvalidQuery(f"Cannot modify a view: {name}")
    return name


def bind(tree: exp.Expr, text: str, parameters: Sequence[Parameter]) -> tuple[int, ...]:
    """Put prepared parameters ($p0, $p1, …, cast to their types) in the place of BigQuery's; return those in use."""
    known = {one.name: index for index, one in enumerate(parameters)}
    used = set()
    for node in list(tree.find_all(exp.Parameter)):
        name = node.name
        index = known.get(name.lower())
        if index is None:
            if name.startswith(POSITIONAL):
                raise InvalidQuery(f"Query parameter number {int(name[len(POSITIONAL) :]) + 1} is not defined")
            raise InvalidQuery(f"Query parameter '{name}' not found at {position(text, '@' + name)}")
        used.add(index)
        kind = exp.DataType.build(parameters[index].field.duckdb_type, dialect="duckdb")
        node.replace(exp.Cast(this=exp.Placeholder(this=f"p{index}"), to=kind))
    return tuple(sorted(used))


def duckdb_sql(tree: exp.Expr, catalog: Catalog, target: TableName | None) -> tuple[str, bool]:
    """DuckDB's SQL of `tree` (which is used up), and whether it asks for the time."""
    if target is not None:
        _complete(tree, catalog.table(target))
    tree = rewrite(tree)
    uses_clock = any(node.this == NOW for node in tree.find_all(exp.Placeholder))
    try:
        written = tree.sql("duckdb", identify=True, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise InvalidQuery(f"Not supported here: {error}") from None
    return written + (" RETURNING merge_action" if isinstance(tree, exp.Merge) else ""), uses_clock


def _complete(tree: exp.Expr, table: Table) -> None:
    """Say out loud what BigQuery leaves unsaid: all columns of an INSERT, the rows of INSERT ROW."""
    names = [exp.to_identifier(one.name, quoted=True) for one in table.fields]
    if isinstance(tree, exp.Insert):
        if not isinstance(tree.this, exp.Schema):
            tree.set("this", exp.Schema(this=tree.this.copy(), expressions=names))
        target = tree.this.this
        target.set("alias", None)
        if table.partitioning is not None and table.has_ingestion_column:
            _stamp(tree, table.partitioning)
    if isinstance(tree, exp.Update):
        for assignment in tree.expressions:
            _bare(assignment, table)
    if isinstance(tree, exp.Merge):
        for when in tree.args["whens"].expressions:
            _complete_when(when, tree, table, names)


def _stamp(tree: exp.Insert, partitioning: Partitioning) -> None:
    """Add to the rows of an INSERT the moment that places them in a table partitioned by ingestion time."""
    source = tree.expression
    if isinstance(source, exp.Values):
        source.set("alias", exp.TableAlias(this=exp.to_identifier("_rows")))
    else:
        source = source.subquery("_rows")
    moment = exp.TimestampTrunc(this=exp.CurrentTimestamp(), unit=exp.var(partitioning.unit))
    tree.this.append("expressions", exp.to_identifier(INGESTION_COLUMN, quoted=True))
    tree.set("expression", exp.select(exp.Star(), exp.alias_(moment, INGESTION_COLUMN)).from_(source))


def _bare(assignment: exp.Expr, table: Table) -> None:
    """`SET t.a = 1` is `SET a = 1`: the left side may be of the target only."""
    left = assignment.this
    if isinstance(left, exp.Column) and left.name.lower() in table.columns:
        left.set("table", None)


def _complete_when(when: Any, tree: exp.Merge, table: Table, names: list[exp.Identifier]) -> None:
    then = when.args["then"]
    if isinstance(then, exp.Update):
        for assignment in then.expressions:
            _bare(assignment, table)
    if isinstance(then, exp.Insert) and isinstance(then.this, exp.Var):
        source = tree.args["using"].alias_or_name
        values = [exp.column(one.copy(), table=exp.to_identifier(source, quoted=True)) for one in names]
        then.set("this", exp.Tuple(expressions=[exp.column(one.copy()) for one in names]))
        then.set("expression", exp.Tuple(expressions=values))
