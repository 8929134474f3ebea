"""What BigQuery calls columns without a name, and which names of functions it knows."""

from __future__ import annotations

from sqlglot import exp

from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.rewrites.registry import Rewrite, macro

# Functions that sqlglot does not know, and that macros.sql or DuckDB itself has with BigQuery's meaning.
_MACROS = {"IEEE_DIVIDE": "ieee_divide"}
_NAMED = (exp.Alias, exp.Aliases, exp.Column, exp.Dot, exp.Star)
_SAME = {"ERROR", "TO_CODE_POINTS", "BIT_COUNT"}


def name_columns(tree: exp.Expr) -> None:
    """Give the unnamed columns of every SELECT BigQuery's names: f0_, f1_, …"""
    for select in tree.find_all(exp.Select):
        if isinstance(select.parent, exp.Exists | exp.In) or select.args.get("kind"):
            continue
        unnamed = 0
        for projection in list(select.expressions):
            if isinstance(projection, _NAMED):
                continue
            projection.replace(exp.alias_(projection.copy(), f"f{unnamed}_", quoted=True))
            unnamed += 1


def _anonymous(node: exp.Anonymous) -> exp.Expr:
    name = str(node.this).upper()
    if name in _MACROS:
        return macro(_MACROS[name], *node.expressions)
    if name in _SAME:
        return node
    raise InvalidQuery(f"Function not found: {node.this}")


def _net(node: exp.NetFunc) -> exp.Expr:
    if isinstance(node.this, exp.Host):
        return macro("host", node.this.this)
    raise InvalidQuery(f"Function not found: NET.{node.this.sql('bigquery')}")


def _range_bucket(node: exp.RangeBucket) -> exp.Expr:
    return macro("range_bucket", node.this, node.expression)


def _byte_length(node: exp.ByteLength) -> exp.Expr:
    return macro("byte_length", node.this)


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.Anonymous: _anonymous,
    exp.NetFunc: _net,
    exp.RangeBucket: _range_bucket,
    exp.ByteLength: _byte_length,
}
