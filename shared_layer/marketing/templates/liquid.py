"""Liquid, rendered with everything that was missing named at its place.

Liquid and no Jinja: who writes campaigns knows it from the field's other tools, so that a template can be brought
along; it reaches nothing of Python by its making, where a sandbox has to hold; and its nodes know their place.
It costs more to import, once an instance, and only where mails are made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core.errors import TemplateInvalid
from shared_layer.core.models import Model

if TYPE_CHECKING:
    from liquid import BoundTemplate, Environment

MOST_OUTPUT: Final = 1_000_000
MOST_LOOPS: Final = 10_000
_PARTIALS: Final = re.compile(r"{%-?\s*(include|render|extends|layout|block)\b")


class MissingVariable(Model):
    """A variable that has no value, where it is used. Lines and columns begin with 1."""

    part: str
    variable: str
    line: int
    column: int
    detail: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text made of a template, and what it lacked."""

    text: str
    missing: list[MissingVariable]


_missing: ContextVar[list[tuple[str, int]]] = ContextVar("xynergy_missing_variables")


@lru_cache(2)
def _environment(html: bool) -> Environment:
    from liquid import Environment, Undefined

    class Recorded(Undefined):
        """A variable without a value: empty, and noted where it would have been shown."""

        __slots__ = ()

        def __str__(self) -> str:
            _missing.get().append((self.name, self.token.start_index if self.token is not None else 0))
            return ""

    class Bounded(Environment):
        loop_iteration_limit = MOST_LOOPS
        output_stream_limit = MOST_OUTPUT
        local_namespace_limit = MOST_OUTPUT
        context_depth_limit = 20

    return Bounded(undefined=Recorded, autoescape=html)


@lru_cache(64)
def parsed(source: str, part: str, html: bool) -> BoundTemplate:
    """The template. Raises TemplateInvalid with the place."""
    from liquid.exceptions import LiquidError

    if found := _PARTIALS.search(source):
        raise _invalid(source, part, found.start(), f"{found[1]} is not for mails: write it out here.")
    try:
        return _environment(html).from_string(source)
    except LiquidError as error:
        raise _invalid(source, part, _place(error, source), _words(error)) from None


def render(source: str, values: Mapping[str, Any], part: str, *, html: bool) -> Rendered:
    """The template with `values`; texts of values are escaped where it is HTML. Raises TemplateInvalid."""
    from liquid.exceptions import LiquidError

    template = parsed(source, part, html)
    noted: list[tuple[str, int]] = []
    token = _missing.set(noted)
    try:
        text = str(template.render(**values))
    except LiquidError as error:
        raise _invalid(source, part, _place(error, source), _words(error)) from None
    finally:
        _missing.reset(token)
    return Rendered(text, [_missed(source, part, name, index) for name, index in dict.fromkeys(noted)])


def _missed(source: str, part: str, name: str, index: int) -> MissingVariable:
    line, column = position(source, index)
    shown = _expression(source, index) or name
    detail = f"{shown} has no value. Fill it in, or write {{{{ {shown} | default: '…' }}}}."
    return MissingVariable(part=part, variable=shown, line=line, column=column, detail=detail)


def _expression(source: str, index: int) -> str:
    """The whole path that is written at `index`."""
    begin = source.rfind("{{", 0, index + 2)
    found = re.match(r"{{-?\s*([\w.\[\]'\"-]+)", source[begin:]) if begin >= 0 else None
    return found[1] if found else ""


def position(source: str, index: int) -> tuple[int, int]:
    """Line and column of a character, from 1."""
    before = source[: max(0, index)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _place(error: Any, source: str) -> int:
    """Where the error is: at the end, where something is missing that should have come."""
    token = getattr(error, "token", None)
    return int(token.start_index) if token is not None and token.start_index >= 0 else len(source)


def _words(error: Any) -> str:
    return str(getattr(error, "message", "") or error).partition("\n")[0][:300]


def _invalid(source: str, part: str, index: int, words: str) -> TemplateInvalid:
    line, column = position(source, index)
    return TemplateInvalid(
        f"{part}, line {line}, column {column}: {words}",
        errors=[{"pointer": f"/{part}", "in": "body", "detail": words, "line": line, "column": column}],
    )
