"""Plain values between two processes that do not trust each other: a line of JSON each way.

Numbers, texts, bytes, None, lists, tuples, dicts, sets, dates, decimals and fractions arrive as what they are, by their
exact types: a subclass could lie about itself. Anything else stays where it is and goes by a number.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

LONGEST: Final = 1 << 20
DEEPEST: Final = 50
_PLAIN: Final = (type(None), bool, int, float, str)
_SEQUENCES: Final = {"tuple": tuple, "set": set, "frozenset": frozenset}
_BY_TEXT: Final[dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]]] = {
    "bytes": (bytes, lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "complex": (complex, repr, complex),
    "decimal": (Decimal, str, Decimal),
    "fraction": (Fraction, str, Fraction),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "timedelta": (timedelta, lambda value: str(value // timedelta(microseconds=1)), lambda text: _delta(int(text))),
}


class NotPlain(Exception):
    """A value that cannot be handed over."""


class Hung(Exception):
    """The other side is gone, or says what it may not."""


def encode(value: Any, other: Callable[[Any], Any], depth: int = 0) -> Any:
    """A value as JSON; `other` says what stands for one that is not plain, or raises NotPlain."""
    if depth > DEEPEST:
        raise NotPlain("it is nested too deeply")
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [encode(one, other, depth + 1) for one in value]
    if kind is dict:
        pairs = [[encode(key, other, depth + 1), encode(one, other, depth + 1)] for key, one in value.items()]
        return {"dict": pairs}
    for name, sequence in _SEQUENCES.items():
        if kind is sequence:
            return {name: [encode(one, other, depth + 1) for one in value]}
    for name, (wanted, to_text, _) in _BY_TEXT.items():
        if kind is wanted:
            return {name: to_text(value)}
    return other(value)


def decode(told: Any, handle: Callable[[Any], Any]) -> Any:
    """The value that was encoded; `handle` makes something of a number that stands for a value left behind."""
    if isinstance(told, list):
        return [decode(one, handle) for one in told]
    if not isinstance(told, dict):
        return told
    ((name, content),) = told.items()
    if name == "dict":
        return {decode(key, handle): decode(one, handle) for key, one in content}
    if name in _SEQUENCES:
        return _SEQUENCES[name](decode(one, handle) for one in content)
    if name in _BY_TEXT:
        return _BY_TEXT[name][2](content)
    return handle(content)


class Line:
    """A connection over two pipes: messages of JSON, a line each."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes, self._rest = reads, writes, b""

    def send(self, message: Any) -> None:
        """Say something. Raises Hung, or NotPlain for what is too long."""
        data = json.dumps(message).encode() + b"\n"
        if len(data) > LONGEST:
            raise NotPlain(f"it takes more than {LONGEST >> 20} MiB")
        try:
            while data:
                data = data[os.write(self._writes, data) :]
        except OSError as error:
            raise Hung("it is gone") from error

    def receive(self) -> Any:
        """What the other side says next. Raises Hung."""
        while b"\n" not in self._rest:
            part = os.read(self._reads, 1 << 16)
            self._rest += part
            if not part or len(self._rest) > LONGEST:
                raise Hung("it says too much" if part else "it is gone")
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            return json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Hung("it says what nobody understands") from error


def _delta(microseconds: int) -> timedelta:
    return timedelta(microseconds=microseconds)
