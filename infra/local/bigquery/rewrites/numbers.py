"""Literals and division: INT64 and FLOAT64 where DuckDB sees INT32 and DECIMAL, errors where it sees infinity."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from infra.local.bigquery.rewrites.registry import Rewrite, macro

_HOLDS_VALUES = (exp.Alias, exp.Array, exp.Tuple, exp.PropertyEQ, exp.Select, exp.Struct, exp.Mul)


def _literal(node: exp.Literal) -> exp.Expr:
    if node.is_string or isinstance(node.parent, exp.Cast):
        return node
    written = str(node.this)
    if not written.isdigit():
        already = "e" in written.lower() or written.lower().startswith("0x")
        return node if already else exp.Literal.number(written + "e0")
    parent = node.parent
    sum_of_numbers = isinstance(parent, exp.Add | exp.Sub) and isinstance(
        parent.expression if parent.this is node else parent.this,
        exp.Literal | exp.Mul | exp.Paren | exp.Neg | exp.Cast,
    )
    if isinstance(parent, _HOLDS_VALUES) and node.arg_key in ("this", "expression", "expressions"):
        return _int64(node)
    return _int64(node) if sum_of_numbers and not _about_dates(parent) else node


def _about_dates(node: exp.Expr | None) -> bool:
    return node is not None and any(
        cast.to.this in (exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.TIMESTAMP)
        for cast in node.find_all(exp.Cast)
    )


def _int64(node: exp.Literal) -> exp.Expr:
    return exp.Cast(this=node.copy(), to=exp.DataType.build("BIGINT"))


def _division(node: exp.Div) -> exp.Expr:
    return _exact(node, macro("div", node.this, node.expression))


def _safe_division(node: exp.SafeDivide) -> exp.Expr:
    return _exact(node, macro("safe_divide", node.this, node.expression))


def _exact(node: Any, quotient: exp.Expr) -> exp.Expr:
    """NUMERIC where an operand says that it is; the type of a column is not known here, and gives FLOAT64."""
    operands = (node.this, node.expression, *quotient.expressions)
    is_numeric = any(isinstance(one, exp.Cast) and one.to.this == exp.DataType.Type.DECIMAL for one in operands)
    return exp.Cast(this=quotient, to=exp.DataType.build("DECIMAL(38, 9)")) if is_numeric else quotient


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.Literal: _literal,
    exp.Div: _division,
    exp.SafeDivide: _safe_division,
}
