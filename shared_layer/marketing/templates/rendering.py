"""A mail made of its template: subject, HTML and text, with all that was missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared_layer.marketing.templates.html import compiled, finished, is_mjml
from shared_layer.marketing.templates.liquid import MissingVariable, position, render
from shared_layer.marketing.templates.plain_text import plain_text


@dataclass(frozen=True, slots=True)
class Made:
    """A mail's three parts, and the variables that had no value."""

    subject: str
    html: str
    text: str
    missing: list[MissingVariable]


def make(subject: str, body: str, text: str | None, values: Mapping[str, Any]) -> Made:
    """The mail for these values. Raises TemplateInvalid, ValidationFailed for MJML that is none."""
    line = render(subject, values, "subject", html=False)
    mjml = is_mjml(body)
    inside = render(compiled(body) if mjml else body, values, "body", html=True)
    missing = [_in_source(one, body) for one in inside.missing] if mjml else inside.missing
    one_line = " ".join(line.text.split())[:300]
    html = finished(inside.text, one_line)
    if text is None:
        return Made(one_line, html, plain_text(html), [*line.missing, *missing])
    plain = render(text, values, "text", html=False)
    return Made(one_line, html, plain.text, [*line.missing, *missing, *plain.missing])


def _in_source(missed: MissingVariable, source: str) -> MissingVariable:
    """Where MJML was compiled, the place is that of the variable's first use in what was written."""
    line, column = position(source, max(0, source.find(missed.variable)))
    return missed.model_copy(update={"line": line, "column": column})
