"""The part of AIP-160 that a listing on one machine needs: equalities joined by AND."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TERM = re.compile(r'\s*([A-Za-z_][\w.-]*)\s*(=|!=|:)\s*("(?:[^"\\]|\\.)*"|[^\s"]+)\s*')


class FilterError(Exception):
    """The filter is outside of the part that is served."""


def matches(entry: Mapping[str, Any], expression: str) -> bool:
    """Whether every term (`state=ACTIVE AND labels.service="crm"`; `:` means contains) holds for the entry.

    Raises FilterError for OR, NOT, parentheses and orderings.
    """
    return all(_holds(entry, term) for term in re.split(r"\s+AND\s+", expression.strip()) if term)


def _holds(entry: Mapping[str, Any], term: str) -> bool:
    parsed = _TERM.fullmatch(term)
    if parsed is None:
        raise FilterError(f"filter {term!r} is not of the form FIELD=VALUE, FIELD!=VALUE or FIELD:VALUE joined by AND")
    path, operator, wanted = parsed.groups()
    wanted = re.sub(r"\\(.)", r"\1", wanted[1:-1]) if wanted.startswith('"') else wanted
    found: Any = entry
    for step in path.split(".", 1):
        found = found.get(step, "") if isinstance(found, Mapping) else ""
    if path == "state":
        found = found or "ACTIVE"
    if operator == ":":
        return wanted in (found if isinstance(found, Mapping) else str(found))
    return (str(found) == wanted) is (operator == "=")
