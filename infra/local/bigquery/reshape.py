"""SQL (DuckDB) that turns a value of a field into another representation of it, however deep the field is nested."""

from __future__ import annotations

from collections.abc import Callable

from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import quoted

# From a scalar's type and the SQL of its value to the SQL of its other form; None leaves it as it is.
Leaf = Callable[[str, str], str | None]


def reshape(field: Field, value: str, leaf: Leaf, depth: int = 0) -> str:
    """`value` with every scalar in it replaced by its `leaf` form; the very same text if none has one."""
    if field.repeated:
        element = f"_e{depth}"
        inner = _one(field, element, leaf, depth + 1)
        return value if inner == element else f"list_transform({value}, lambda {element}: {inner})"
    return _one(field, value, leaf, depth)


def _one(field: Field, value: str, leaf: Leaf, depth: int) -> str:
    if field.type != "RECORD":
        return leaf(field.type, value) or value
    before = [f"({value})[{_text(inner.name)}]" for inner in field.fields]
    after = [reshape(inner, one, leaf, depth) for inner, one in zip(field.fields, before, strict=True)]
    if before == after:
        return value
    packed = ", ".join(f"{quoted(inner.name)} := {one}" for inner, one in zip(field.fields, after, strict=True))
    return f"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({packed}) END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
