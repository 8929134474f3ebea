"""Aggregates: ARRAY_AGG's LIMIT, and the values with their counts of APPROX_TOP_COUNT."""

from __future__ import annotations

from sqlglot import exp

from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.rewrites.registry import Rewrite, function, macro, number


def _array_agg(node: exp.ArrayAgg) -> exp.Expr:
    inner = node.this
    if not isinstance(inner, exp.Limit):
        return node
    whole = node.copy()
    whole.set("this", inner.this.copy())
    outer = node.parent
    if isinstance(outer, exp.IgnoreNulls):
        return node
    return function("list_slice", whole, number(1), inner.expression.copy())


def _ignore_nulls(node: exp.IgnoreNulls) -> exp.Expr:
    agg = node.this
    if not isinstance(agg, exp.ArrayAgg) or not isinstance(agg.this, exp.Limit):
        return node
    limit = agg.this.expression.copy()
    whole = node.copy()
    whole.this.set("this", agg.this.this.copy())
    return function("list_slice", whole, number(1), limit)


def _quantiles(node: exp.ApproxQuantiles) -> exp.Expr:
    """Exact here: the answer is one of those that BigQuery may give, and always the same one."""
    count = node.expression
    if not isinstance(count, exp.Literal) or not str(count.this).isdigit() or int(count.this) < 1:
        raise InvalidQuery("The second argument of APPROX_QUANTILES must be a positive INT64 literal here")
    parts = int(count.this)
    steps = exp.Array(expressions=[exp.Literal.number(f"{step / parts:.12g}") for step in range(parts + 1)])
    return function("quantile_disc", node.this, steps)


def _top_count(node: exp.ApproxTopK) -> exp.Expr:
    return macro("top_count", node.this, node.expression)


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.ArrayAgg: _array_agg,
    exp.IgnoreNulls: _ignore_nulls,
    exp.ApproxQuantiles: _quantiles,
    exp.ApproxTopK: _top_count,
}
