"""Field paths: their quoted text form, and reading, setting and removing what they point at.

The grammar is Google's: segments joined by dots, each a simple name or any text in backticks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from infra.local.firestore.errors import InvalidArgument
from infra.local.firestore.wire import Value

FieldPath = tuple[str, ...]

DOCUMENT_NAME: FieldPath = ("__name__",)

_SIMPLE = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*")
_SEGMENT = re.compile(r"(?P<simple>[a-zA-Z_][a-zA-Z_0-9]*)|`(?P<quoted>(?:[^`\\]|\\.)+)`", re.DOTALL)


@lru_cache(maxsize=4096)
def parse_field_path(text: str) -> FieldPath:
    """The names in `text`; INVALID_ARGUMENT where it is not a field path."""
    segments: list[str] = []
    position = 0
    while match := _SEGMENT.match(text, position):
        simple = match["simple"]
        segments.append(simple if simple is not None else re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL))
        position = match.end()
        if position == len(text):
            return tuple(segments)
        if text[position] != ".":
            break
        position += 1
    raise InvalidArgument(
        f'Invalid property path "{text}". Unquoted property paths must match regex ([a-zA-Z_][a-zA-Z_0-9]*), '
        r"and quoted property paths must match regex (`(?:[^`\\]|(?:\\.))+`)"
    )


def format_field_path(path: Iterable[str]) -> str:
    """The text form of `path`, quoted where it must be."""
    return ".".join(name if _SIMPLE.fullmatch(name) else _quote(name) for name in path)


def read_field(fields: Mapping[str, Value], path: FieldPath) -> Value | None:
    """The value at `path`, or None where there is none."""
    value: Value | None = None
    for name in path:
        # `in` first: looking up a missing key of a protobuf map would insert it.
        if name not in fields:
            return None
        value = fields[name]
        fields = value.map_value.fields
    return value


def set_field(fields: Any, path: FieldPath, value: Value) -> None:
    """Put `value` at `path`, making maps on the way; what stood in the way is replaced."""
    for name in path[:-1]:
        inner = fields[name]
        if inner.WhichOneof("value_type") != "map_value":
            inner.map_value.SetInParent()
        fields = inner.map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove_field(fields: Any, path: FieldPath) -> None:
    """Remove what is at `path`, if anything is."""
    for name in path[:-1]:
        if name not in fields:
            return
        fields = fields[name].map_value.fields
    if path[-1] in fields:
        del fields[path[-1]]


def _quote(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
