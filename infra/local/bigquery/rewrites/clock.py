"""CURRENT_TIMESTAMP and its kin: the moment is the service's clock's, bound as the parameter `_now`."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from infra.local.bigquery.rewrites.registry import Rewrite, function, text

NOW = "_now"


def _now(zone: Any = None) -> exp.Expr:
    moment = exp.Cast(this=exp.Placeholder(this=NOW), to=exp.DataType.build("TIMESTAMPTZ"))
    return moment if zone is None else function("timezone", zone.copy(), moment)


def _as(kind: str) -> Rewrite:
    def change(node: Any) -> exp.Expr:
        return exp.Cast(this=_now(node.this or text("UTC")), to=exp.DataType.build(kind, dialect="bigquery"))

    return change


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.CurrentTimestamp: lambda _: _now(),
    exp.CurrentDate: _as("DATE"),
    exp.CurrentDatetime: _as("DATETIME"),
    exp.CurrentTime: _as("TIME"),
}
