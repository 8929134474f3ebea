"""CREATE, DROP, ALTER and TRUNCATE: changes of the catalog, told in SQL."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.definitions import fields_of_columns, options_of, partitioning_of
from infra.local.bigquery.errors import AlreadyExists, ApiError, InvalidQuery
from infra.local.bigquery.fields import check_evolution
from infra.local.bigquery.inserts import Inserts
from infra.local.bigquery.names import DatasetName, TableName, quoted
from infra.local.bigquery.planner import Planner, Statement
from infra.local.bigquery.queries import Outcome, describe, values_of
from infra.local.bigquery.resolving import Resolver
from infra.local.bigquery.sizes import Sizes
from infra.local.bigquery.tables import Dataset, Table


@dataclass(slots=True)
class Definition:
    """One statement about the catalog, within the transaction of `cursor`."""

    cursor: Any
    statement: Statement
    outcome: Outcome
    catalog: Catalog
    sizes: Sizes
    inserts: Inserts
    planner: Planner
    now: float

    def run(self) -> None:
        kind, tree = self.statement.kind, self.statement.tree
        if kind == "CREATE_SCHEMA":
            self._create_schema(tree)
        elif kind == "DROP_SCHEMA":
            self._drop_schema(tree)
        elif kind.startswith("CREATE_"):
            self._create(tree)
        elif kind.startswith("DROP_"):
            self._drop(tree)
        elif kind == "ALTER_TABLE":
            self._alter(tree)
        else:
            self._truncate(tree)

    def _name(self, table: exp.Expr) -> TableName:
        name = Resolver(self.catalog, self.statement.project, self.statement.default).name(table)
        self.outcome.ddl_target = TableName.of(name.reference(), name.project)
        return self.outcome.ddl_target

    def _dataset(self, table: exp.Expr) -> DatasetName:
        return DatasetName(table.text("catalog") or self.statement.project, table.text("db"))

    def _stamps(self) -> dict[str, str]:
        made = str(int(self.now * 1000))
        return {"creationTime": made, "lastModifiedTime": made, "location": "US"}

    def _create_schema(self, tree: exp.Expr) -> None:
        name = self._dataset(tree.this)
        try:
            self.catalog.add_dataset(self.cursor, Dataset(name, {**self._stamps(), **options_of(tree)}))
        except AlreadyExists:
            if not tree.args.get("exists"):
                raise

    def _drop_schema(self, tree: exp.Expr) -> None:
        name = self._dataset(tree.args["tables"][0])
        if not (tree.args.get("exists") and name not in {one.name for one in self.catalog.datasets(name.project)}):
            self.catalog.drop_dataset(self.cursor, name, bool(tree.args.get("cascade")))

    def _create(self, tree: exp.Expr) -> None:
        columns = tree.this if isinstance(tree.this, exp.Schema) else None
        name = self._name(tree.this.this if columns is not None else tree.this)
        self.catalog.dataset(name.parent)
        self.outcome.ddl_operation = "CREATE"
        if self.catalog.find(name) is not None:
            if tree.args.get("exists"):
                self.outcome.ddl_operation = "SKIP"
                return
            if not tree.args.get("replace"):
                raise AlreadyExists(f"Already Exists: Table {name}")
            self._forget(name)
            self.outcome.ddl_operation = "REPLACE"
        resource: dict[str, Any] = {**self._stamps(), **options_of(tree)}
        select = self._planned(tree.expression) if tree.expression else None
        fields = fields_of_columns(columns) if columns is not None else ()
        if select is not None:
            fields = fields or describe(self.cursor, select, values_of(select, (), self.now), "")
        resource["schema"] = {"fields": [one.resource() for one in fields]}
        if str(tree.args["kind"]).upper() == "VIEW":
            resource["view"] = {"query": tree.expression.sql("bigquery"), "useLegacySql": False}
        else:
            resource = partitioning_of(tree, resource)
        table = Table(name, resource)
        self.catalog.add_table(self.cursor, table)
        if select is not None and table.kind == "TABLE":
            targets = ", ".join(quoted(one.name) for one in fields)
            values = values_of(select, (), self.now)
            self.cursor.execute(f"INSERT INTO {name.physical} ({targets}) SELECT * FROM ({select.sql})", values)

    def _planned(self, query: exp.Expr) -> Statement:
        """The SELECT of a CREATE … AS, as a statement of its own."""
        return self.planner.plan(query.sql("bigquery"), self.statement.project, self.statement.default, ())

    def _drop(self, tree: exp.Expr) -> None:
        wanted = str(tree.args["kind"]).upper()
        for one in tree.args["tables"]:
            name = self._name(one)
            found = self.catalog.find(name)
            if found is None and tree.args.get("exists"):
                self.outcome.ddl_operation = "SKIP"
                continue
            if self.catalog.table(name).kind != wanted:
                raise InvalidQuery(f"{name} is not allowed for this operation because it is not a {wanted}")
            self._forget(name)
            self.outcome.ddl_operation = "DROP"

    def _forget(self, name: TableName) -> None:
        self.catalog.drop_table(self.cursor, name)
        self.inserts.forget_table(self.cursor, name)
        self.sizes.forget(name)

    def _alter(self, tree: exp.Expr) -> None:
        name = self._name(tree.this)
        before = self.catalog.table(name)
        fields = list(before.fields)
        for action in tree.args.get("actions") or []:
            if not isinstance(action, exp.ColumnDef):
                raise InvalidQuery("ALTER TABLE can only ADD COLUMN here")
            added = fields_of_columns(exp.Schema(expressions=[action]))[0]
            if added.name.lower() not in before.columns:
                fields.append(replace(added))
            elif not action.args.get("exists"):
                raise InvalidQuery(f"Column already exists: {added.name}")
        schema = {"fields": [one.resource() for one in fields]}
        changed = Table(name, {**before.resource, "schema": schema, "lastModifiedTime": str(int(self.now * 1000))})
        check_evolution(before.fields, changed.fields, str(name))
        self.catalog.change_table(self.cursor, changed)
        self.outcome.ddl_operation = "ALTER"

    def _truncate(self, tree: exp.Expr) -> None:
        name = self._name(tree.expressions[0])
        if self.catalog.table(name).kind == "VIEW":
            raise ApiError(f"Cannot truncate a view: {name}")
        self.cursor.execute(f"DELETE FROM {name.physical}")
        self.sizes.forget(name)
