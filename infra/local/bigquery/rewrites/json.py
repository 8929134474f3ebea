"""JSON: values of the type JSON, and the functions that take a scalar out of one."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from infra.local.bigquery.rewrites.registry import Rewrite, function, macro


def _as_json(value: Any) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("JSON"))


def _parse(node: exp.ParseJSON) -> exp.Expr:
    """JSON '…'.a is a literal's field, where sqlglot reads the literal as reaching to the end of the path."""
    inner = node.this
    literal = next(inner.find_all(exp.Literal)) if isinstance(inner, exp.Dot) else None
    if literal is None:
        return _as_json(inner)
    path: exp.Expr = inner.copy()
    next(path.find_all(exp.Literal)).replace(exp.paren(_as_json(literal.copy())))
    return path


def _query(node: exp.JSONExtract) -> exp.Expr:
    """A STRING of JSON from a STRING, JSON from JSON."""
    source = node.this.copy()
    return node if isinstance(node.this, exp.Cast) else macro("json_like", source, node.copy())


def _write(node: exp.JSONFormat) -> exp.Expr:
    written = function("to_json", node.this)
    return _as_json(written) if node.args.get("to_json") else exp.Cast(this=written, to=exp.DataType.build("TEXT"))


def _scalar(name: str) -> Rewrite:
    return lambda node: macro(name, node.this)


def _kind(node: exp.JSONType) -> exp.Expr:
    return macro("json_kind", node.this)


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.ParseJSON: _parse,
    exp.JSONFormat: _write,
    exp.JSONExtract: _query,
    exp.JSONBool: _scalar("json_bool"),
    exp.Int64: _scalar("json_int"),
    exp.Float64: _scalar("json_float"),
    exp.String: _scalar("string"),
    exp.JSONType: _kind,
}
