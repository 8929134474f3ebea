"""JSON as the platform accepts and writes it: strict, bounded, canonical where it is hashed."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

import orjson

from shared_layer.core.errors import MalformedJson

DEPTH_LIMIT: Final = 64
SAFE_DIGITS: Final = 19
_LONG_INTEGER: Final = re.compile(rb"[0-9]{19}")


def parse(body: bytes) -> Any:
    """The value of a JSON text.

    Raises MalformedJson for anything RFC 8259 does not allow (NaN, Infinity, lone surrogates, bad UTF-8), for numbers
    beyond a double, integers beyond 64 bits (which no store keeps), and beyond 64 levels of nesting.
    """
    if body.count(b"[") + body.count(b"{") > DEPTH_LIMIT and _depth(body) > DEPTH_LIMIT:
        raise MalformedJson(f"The body is nested deeper than {DEPTH_LIMIT} levels. Flatten it.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"{MalformedJson.advice} The parser says: {error.msg} (byte {error.pos}).") from None
    if len(body) >= SAFE_DIGITS and _LONG_INTEGER.search(body):
        json.loads(body, parse_int=_within_64_bits, parse_float=str)
    return value


def _within_64_bits(digits: str) -> int:
    if len(digits) > 20 or not -(1 << 63) <= int(digits) < 1 << 63:
        raise MalformedJson("An integer in the body has more than 64 bits. Send it as a text.")
    return int(digits)


def _depth(body: bytes) -> int:
    """The deepest nesting of brackets outside strings."""
    deepest = depth = 0
    in_string = escaped = False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEPTH_LIMIT:
                return deepest
        elif byte in (0x5D, 0x7D):
            depth -= 1
    return deepest


def dumps(value: Any) -> bytes:
    """Compact JSON; datetimes as RFC 3339 with Z."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def fingerprint(value: Any) -> str:
    """The sha256, in hex, of a value's canonical form (sorted keys): equal for equal bodies, however spaced."""
    canonical = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
    return hashlib.sha256(canonical).hexdigest()
