"""Table names in a query: found in the catalog, views unfolded, and put into DuckDB's terms."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.errors import InvalidQuery, NotFound
from infra.local.bigquery.names import DatasetName, TableName
from infra.local.bigquery.parsing import parse
from infra.local.bigquery.partitioning import INGESTION_COLUMN
from infra.local.bigquery.tables import Table

INFORMATION_SCHEMA = "INFORMATION_SCHEMA."
_MAX_VIEW_DEPTH = 16
_PSEUDO_COLUMNS = {INGESTION_COLUMN, "_PARTITIONDATE"}


@dataclass(slots=True)
class Resolver:
    """Resolves the tables of one statement; `tables` are the ones that it reads or writes."""

    catalog: Catalog
    project: str
    default: DatasetName | None
    tables: dict[TableName, Table] = field(default_factory=dict)
    schema_views: list[tuple[DatasetName, str]] = field(default_factory=list)

    def name(self, table: exp.Expr) -> TableName:
        """The full name that a table reference stands for."""
        if not table.args.get("db"):
            if self.default is None:
                raise InvalidQuery(f'Table "{table.name}" must be qualified with a dataset (e.g. dataset.table).', None)
            return TableName(self.default.project, self.default.dataset, table.name)
        return TableName(table.text("catalog") or self.project, table.text("db"), table.name)

    def resolve(self, tree: exp.Expr, depth: int = 0) -> None:
        """Replace, in place, every reference to a table in `tree`."""
        if depth > _MAX_VIEW_DEPTH:
            raise InvalidQuery("Views are nested too deeply")
        expressions = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        aliases = {one.alias_or_name.lower() for one in tree.find_all(exp.Table)}
        for table in list(tree.find_all(exp.Table)):
            if isinstance(table.this, exp.Func) or table.this is None:
                continue
            if not table.args.get("db") and table.name.lower() in expressions:
                continue
            if self._is_array(table, aliases):
                table.replace(_unnest(table))
            else:
                table.replace(self._source(table, tree, depth))

    def _is_array(self, table: exp.Table, aliases: set[str]) -> bool:
        """`FROM orders AS o, o.items`: a path into a table before it rather than a dataset."""
        owner = table.text("db").lower()
        if not owner or table.args.get("catalog") or owner not in aliases:
            return False
        return self.catalog.find(TableName(self.project, table.text("db"), table.name)) is None

    def _source(self, table: exp.Table, tree: exp.Expr, depth: int) -> exp.Expr:
        alias = table.args.get("alias")
        if table.args.get("version") or table.args.get("when"):
            raise InvalidQuery("FOR SYSTEM_TIME AS OF is not supported here")
        if table.name.upper().startswith(INFORMATION_SCHEMA):
            return self._schema_view(table)
        name = self.name(table)
        found = self._find(name)
        shown = alias.copy() if alias is not None else exp.TableAlias(this=exp.to_identifier(name.table, quoted=True))
        if found.view_query is not None:
            inner = parse(found.view_query)
            Resolver(self.catalog, name.project, None, self.tables, self.schema_views).resolve(inner, depth + 1)
            return exp.Subquery(this=inner, alias=shown)
        self.tables[name] = found
        physical = exp.table_(
            exp.to_identifier(name.table, quoted=True), exp.to_identifier(name.parent.schema, quoted=True)
        )
        is_target = (
            isinstance(table.parent, exp.Schema | exp.Insert | exp.Update | exp.Delete | exp.Merge)
            and table.arg_key == "this"
        )
        if found.has_ingestion_column and not is_target:
            return exp.Subquery(this=_with_pseudo_columns(physical, tree), alias=shown)
        physical.set("alias", shown)
        return physical

    def _find(self, name: TableName) -> Table:
        try:
            return self.catalog.table(name)
        except NotFound as error:
            raise NotFound(f"{error.message} was not found in location US") from None

    def _schema_view(self, table: exp.Table) -> exp.Expr:
        """INFORMATION_SCHEMA.X of a dataset becomes a common table that the planner fills."""
        view = table.name[len(INFORMATION_SCHEMA) :].upper()
        if not table.args.get("db"):
            if self.default is None:
                raise InvalidQuery(f"INFORMATION_SCHEMA.{view} must be qualified with a dataset")
            dataset = self.default
        else:
            dataset = DatasetName(table.text("catalog") or self.project, table.text("db"))
        self.catalog.dataset(dataset)
        if (dataset, view) not in self.schema_views:
            self.schema_views.append((dataset, view))
        alias = table.args.get("alias")
        shown = view if alias is None or INFORMATION_SCHEMA in alias.name.upper() else str(alias.name)
        index = self.schema_views.index((dataset, view))
        return exp.alias_(schema_view_table(index), shown, table=True, quoted=True)


def schema_view_table(index: int) -> exp.Table:
    """The name under which a statement finds its INFORMATION_SCHEMA view number `index`."""
    return exp.to_table(f"_information_schema_{index}")


def _unnest(table: exp.Table) -> exp.Expr:
    owner, alias = table.text("db"), table.args.get("alias")
    path = exp.column(exp.to_identifier(table.name), table=exp.to_identifier(owner))
    shown = alias.name if alias is not None else table.name
    return exp.Unnest(expressions=[path], alias=exp.TableAlias(columns=[exp.to_identifier(shown)]))


def _with_pseudo_columns(physical: exp.Table, tree: exp.Expr) -> exp.Expr:
    """A table partitioned by ingestion time shows its pseudo-columns to those only who name them."""
    named = {one.name.upper() for one in tree.find_all(exp.Column)} & _PSEUDO_COLUMNS
    ingestion = exp.column(exp.to_identifier(INGESTION_COLUMN, quoted=True))
    if not named:
        return exp.select(exp.Star(except_=[ingestion.this])).from_(physical)
    date = exp.cast(ingestion, "DATE")
    if not any(True for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count)):
        return exp.select(exp.Star(), exp.alias_(date, "_PARTITIONDATE", quoted=True)).from_(physical)
    raise InvalidQuery("SELECT * cannot be combined with _PARTITIONTIME here; name the columns")
