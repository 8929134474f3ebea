"""Arrays: subscripts that fail outside their bounds, UNNEST with an offset that begins at 0."""

from __future__ import annotations

import itertools

from sqlglot import exp

from infra.local.bigquery.rewrites.registry import Rewrite, function, macro, number

_fresh = itertools.count()


def _bracket(node: exp.Bracket) -> exp.Expr:
    """OFFSET and ORDINAL only: a bare subscript may be a JSON or a STRUCT field's."""
    base = node.args.get("offset")
    if base is None or len(node.expressions) != 1:
        return node
    index = node.expressions[0]
    if int(base) == 1:
        index = exp.paren(exp.Sub(this=index, expression=number(1)))
    return macro("at_safe" if node.args.get("safe") else "at", node.this, index)


def _unnest(node: exp.Unnest) -> exp.Expr:
    offset = node.args.get("offset")
    if not offset or len(node.expressions) != 1:
        return node
    array, alias = node.expressions[0], node.args.get("alias")
    columns = alias.args.get("columns") if alias is not None else None
    value = columns[0] if columns else exp.to_identifier(f"_value{next(_fresh)}")
    position = offset if isinstance(offset, exp.Identifier) else exp.to_identifier("offset")
    index = exp.Sub(this=function("generate_subscripts", array.copy(), number(1)), expression=number(1))
    inner = exp.select(
        exp.alias_(function("unnest", array.copy()), value.copy(), quoted=True),
        exp.alias_(index, position.copy(), quoted=True),
    )
    return inner.subquery(f"_unnest{next(_fresh)}")


def _join(node: exp.Join) -> exp.Expr:
    """BigQuery lets a LEFT JOIN with UNNEST go without a condition."""
    bare = not node.args.get("on") and not node.args.get("using")
    if bare and node.side == "LEFT":
        node.set("on", exp.true())
    return node


REWRITES: dict[type[exp.Expr], Rewrite] = {exp.Bracket: _bracket, exp.Unnest: _unnest, exp.Join: _join}
