"""What the rewrites are written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

# Returns the node itself, changed or not, or the expression that takes its place. The node is still in its tree.
Rewrite = Callable[[Any], exp.Expr]


def macro(name: str, *arguments: Any) -> exp.Anonymous:
    """A call of one of macros.sql."""
    return exp.Anonymous(this=f"bq.main.{name}", expressions=list(arguments))


def function(name: str, *arguments: Any) -> exp.Anonymous:
    """A call of a function of DuckDB's own."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def text(value: str) -> exp.Expr:
    return exp.Literal.string(value)
