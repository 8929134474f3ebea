"""BigQuery's meaning where sqlglot's translation to DuckDB loses it: one small function per kind of expression.

They change BigQuery's syntax tree, innermost expressions first, before sqlglot writes it down for DuckDB.
"""

from __future__ import annotations

from sqlglot import exp

from infra.local.bigquery.rewrites import (
    aggregates,
    arrays,
    casts,
    clock,
    dates,
    formats,
    json,
    names,
    numbers,
    timestamps,
)
from infra.local.bigquery.rewrites.registry import Rewrite

_ALL: dict[type[exp.Expr], Rewrite] = {
    **numbers.REWRITES,
    **casts.REWRITES,
    **dates.REWRITES,
    **timestamps.REWRITES,
    **formats.REWRITES,
    **arrays.REWRITES,
    **aggregates.REWRITES,
    **json.REWRITES,
    **clock.REWRITES,
    **names.REWRITES,
}


def rewrite(tree: exp.Expr) -> exp.Expr:
    """`tree` with DuckDB's words for what BigQuery means; the tree that is passed in is used up."""
    names.name_columns(tree)
    for node in reversed(list(tree.dfs())):
        change = _ALL.get(type(node))
        if change is None:
            continue
        changed = change(node)
        if changed is node:
            continue
        if node is tree:
            tree = changed
        else:
            node.replace(changed)
    return tree
