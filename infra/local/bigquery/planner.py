"""From a query's text to what DuckDB runs: parsed, resolved and rewritten once, then remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import DatasetName, TableName
from infra.local.bigquery.parameters import Parameter
from infra.local.bigquery.tables import Table

if TYPE_CHECKING:
    from sqlglot import exp

_REMEMBERED = 256


@dataclass(slots=True)
class Statement:
    """One statement. `tree` is BigQuery's, with DuckDB's tables; `sql` is DuckDB's ("" where `ddl` does the work)."""

    kind: str
    text: str
    tree: exp.Expr
    sql: str
    used: tuple[int, ...]
    uses_clock: bool
    tables: tuple[Table, ...]
    target: TableName | None
    schema_views: tuple[tuple[DatasetName, str], ...]
    project: str
    default: DatasetName | None
    fields: tuple[Field, ...] | None = None
    notes: dict[str, Any] = field(default_factory=dict)


class Planner:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: OrderedDict[tuple[Any, ...], Statement] = OrderedDict()

    def plan(self, sql: str, project: str, default: DatasetName | None, parameters: Sequence[Parameter]) -> Statement:
        """The statement that `sql` is; the same text with parameters of the same types is planned once."""
        types = tuple((one.name, one.field.duckdb_type) for one in parameters)
        key = (self._catalog.version, sql, project, default, types)
        found = self._known.get(key)
        if found is None:
            found = self._plan(sql, project, default, parameters)
            self._known[key] = found
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def _plan(self, sql: str, project: str, default: DatasetName | None, parameters: Sequence[Parameter]) -> Statement:
        from infra.local.bigquery.parsing import parse
        from infra.local.bigquery.resolving import Resolver
        from infra.local.bigquery.translate import bind, duckdb_sql, is_definition, prepare, statement_kind

        tree = parse(sql)
        kind, resolver = statement_kind(tree), Resolver(self._catalog, project, default)
        target = prepare(tree, kind, resolver)
        if is_definition(kind):
            return Statement(kind, sql, tree, "", (), False, (), target, (), project, default)
        resolver.resolve(tree)
        used = bind(tree, sql, parameters)
        written, uses_clock = duckdb_sql(tree.copy(), self._catalog, target)
        tables, views = tuple(resolver.tables.values()), tuple(resolver.schema_views)
        if views and kind != "SELECT":
            raise InvalidQuery("INFORMATION_SCHEMA can only be read by a SELECT here")
        return Statement(kind, sql, tree, written, used, uses_clock, tables, target, views, project, default)
