"""Types and conversions: NUMERIC's digits, and what a number looks like as a STRING."""

from __future__ import annotations

from sqlglot import exp

from infra.local.bigquery.fields import DUCKDB_TYPES
from infra.local.bigquery.rewrites.registry import Rewrite, function, macro

_DECIMALS = {exp.DataType.Type.DECIMAL: "NUMERIC", exp.DataType.Type.BIGDECIMAL: "BIGNUMERIC"}


def _type(node: exp.DataType) -> exp.Expr:
    if node.this in _DECIMALS and not node.expressions:
        return exp.DataType.build(DUCKDB_TYPES[_DECIMALS[node.this]], dialect="duckdb")
    return node


def _cast(node: exp.Cast) -> exp.Expr:
    if node.to.this != exp.DataType.Type.TEXT or isinstance(node.this, exp.Literal) or node.args.get("format"):
        return node
    return macro("to_text", node.this)


def _safe(node: exp.SafeFunc) -> exp.Expr:
    return function("TRY", node.this)


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.DataType: _type,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.SafeFunc: _safe,
}
