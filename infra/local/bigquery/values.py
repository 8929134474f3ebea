"""Values on their way in: what Google accepts for each type, brought to the one text that DuckDB casts exactly."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

_INTEGER = re.compile(r"[+-]?\d+\Z")
_TRUE, _FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
_INT64 = range(-(2**63), 2**63)
_ZONE = re.compile(r"\s*(?:UTC|Z|z)\Z")
_SHORT_ZONE = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?\Z")


class BadValue(ValueError):
    """The value is not one of its type; the message is Google's."""


def scalar(kind: str, value: Any) -> Any:
    """`value` (JSON, or a query parameter's text) as a JSON scalar that DuckDB casts to the type `kind` without loss.

    Raises BadValue. BYTES stay base64 and JSON stays its text.
    """
    return _READERS[kind](value)


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise BadValue("Array or record specified for a string field.")


def _integer(value: Any) -> int:
    if isinstance(value, str) and _INTEGER.match(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in _INT64:
        raise BadValue(f"Cannot convert value to integer (bad value): {value}")
    return value


def _float(value: Any) -> float | str:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError):
        raise BadValue(f"Cannot convert value to floating point (bad value): {value}") from None
    return number if math.isfinite(number) else str(number)


def _boolean(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise BadValue(f"Cannot convert value to boolean (bad value): {value}")
    return text in _TRUE


def _decimal(name: str, whole: int, places: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        try:
            if isinstance(value, bool):
                raise InvalidOperation
            number = Decimal(str(value).strip())
        except InvalidOperation:
            raise BadValue(f"Invalid {name} value: {value}") from None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > places or abs(number) >= 10**whole:
            raise BadValue(f"Invalid {name} value: {value}")
        return format(number, "f")

    return read


def _bytes(value: Any) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise BadValue(f"Could not decode base64 string to bytes: {value}") from None
    return str(value)


def _timestamp(value: Any) -> str:
    try:
        if isinstance(value, bool):
            raise ValueError
        if isinstance(value, int | float):
            moment = datetime.fromtimestamp(value, UTC)
        else:
            moment = datetime.fromisoformat(_iso(_ZONE.sub("+00:00", str(value).strip())))
    except (ValueError, OverflowError, OSError):
        raise BadValue(
            f"Could not parse '{value}' as a timestamp. Required format is YYYY-MM-DD HH:MM[:SS[.SSSSSS]] or YYYY/MM/DD"
        ) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(" ")


def _iso(text: str) -> str:
    """Google's shorter offsets (+7, +07, +0700) the way that Python reads them."""
    day, separator, clock = text.replace("/", "-").replace("T", " ").partition(" ")
    zone = _SHORT_ZONE.search(clock)
    if zone:
        clock = clock[: zone.start()].strip() + f"{zone[1]}{zone[2]:0>2}:{zone[3] or '00'}"
    return day + separator + clock


def _datetime(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value).strip())
        if moment.tzinfo is not None:
            raise ValueError
    except ValueError:
        raise BadValue(f'Invalid datetime string "{value}"') from None
    return moment.isoformat(" ")


def _date(value: Any) -> str:
    try:
        year, month, day = str(value).strip().split("-")
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise BadValue(f"Invalid date: '{value}'") from None


def _time(value: Any) -> str:
    try:
        return time.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise BadValue(f'Invalid time string "{value}"') from None


def _json(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue("This field: JSON must be given as the text of a JSON value.")
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise BadValue(f"Invalid JSON: {error}") from None
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "STRING": _string,
    "GEOGRAPHY": _string,
    "INTERVAL": _string,
    "BYTES": _bytes,
    "INTEGER": _integer,
    "FLOAT": _float,
    "NUMERIC": _decimal("NUMERIC", 29, 9),
    "BIGNUMERIC": _decimal("BIGNUMERIC", 20, 18),
    "BOOLEAN": _boolean,
    "TIMESTAMP": _timestamp,
    "DATE": _date,
    "DATETIME": _datetime,
    "TIME": _time,
    "JSON": _json,
}
