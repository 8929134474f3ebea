"""Values on their way out: BigQuery's JSON of rows, {"f": [{"v": …}, …]}."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import quoted
from infra.local.bigquery.reshape import reshape

Encoder = Callable[[Any], Any]


def fetchable(fields: Sequence[Field]) -> str:
    """The SELECT list (DuckDB) that brings columns _c0, _c1, … into values that Python can be handed."""
    return ", ".join(reshape(one, f"_c{index}", _leaf) for index, one in enumerate(fields)) or "1"


def column_names(fields: Sequence[Field]) -> str:
    return ", ".join(quoted(f"_c{index}") for index in range(len(fields)))


def encoder(fields: Sequence[Field]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """Encodes rows of `fields`; timestamps are whole microseconds (see `with_float_timestamps`)."""
    encoders = [_encoder(one) for one in fields]
    return lambda row: {"f": [{"v": encode(value)} for encode, value in zip(encoders, row, strict=False)]}


def with_float_timestamps(fields: Sequence[Field], row: dict[str, Any]) -> dict[str, Any]:
    """`row` with timestamps as seconds, as the API answers without formatOptions.useInt64Timestamp."""
    return {"f": [{"v": _floated(one, cell["v"])} for one, cell in zip(fields, row["f"], strict=True)]}


def _floated(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.repeated:
        element = Field(field.name, field.type, "NULLABLE", field.fields)
        return [{"v": _floated(element, one["v"])} for one in value]
    if field.type == "RECORD":
        return with_float_timestamps(field.fields, value)
    return repr(int(value) / 1e6) if field.type == "TIMESTAMP" else value


def _leaf(kind: str, value: str) -> str | None:
    return f"epoch_us({value})" if kind == "TIMESTAMP" else None


def _encoder(field: Field) -> Encoder:
    if field.type == "RECORD":
        fields, inner = field.fields, [_encoder(one) for one in field.fields]

        def record(value: Any) -> Any:
            cells = value.values() if len(value) == len(fields) else value
            return {"f": [{"v": encode(cell)} for encode, cell in zip(inner, cells, strict=True)]}

        one: Encoder = _nullable(record)
    else:
        one = _nullable(_SCALARS.get(field.type, str))
    if not field.repeated:
        return one
    return lambda value: [{"v": one(item)} for item in value or ()]


def _nullable(encode: Encoder) -> Encoder:
    return lambda value: None if value is None else encode(value)


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(float(value))
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _decimal(value: Any) -> str:
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def _interval(value: timedelta) -> str:
    sign = "-" if value < timedelta(0) else ""
    seconds, micros = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    fraction = f".{micros:06d}" if micros else ""
    return f"0-0 {sign if days else ''}{days} {sign}{hour}:{minute}:{second}{fraction}"


_SCALARS: dict[str, Encoder] = {
    "FLOAT": _float,
    "BOOLEAN": lambda value: "true" if value else "false",
    "BYTES": lambda value: base64.b64encode(value).decode(),
    "NUMERIC": _decimal,
    "BIGNUMERIC": _decimal,
    "DATE": lambda value: value.isoformat(),
    "TIME": lambda value: value.isoformat(),
    "DATETIME": lambda value: value.isoformat(),
    "INTERVAL": _interval,
}
