"""Eventarc's path patterns: `tenants/{tenant}/events/{event}`, `users/*`, `users/{path=**}`.

Source: https://cloud.google.com/eventarc/docs/path-patterns
"""

from __future__ import annotations

import re

_WILDCARD = re.compile(r"\{\w+(?:=(?P<inner>\*\*?))?\}|(?P<bare>\*\*?)")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression that matches, whole, the document paths that `pattern` names."""
    expression = ""
    position = 0
    for wildcard in _WILDCARD.finditer(pattern):
        expression += re.escape(pattern[position : wildcard.start()])
        many = (wildcard["inner"] or wildcard["bare"]) == "**"
        expression += ".*" if many else "[^/]+"
        position = wildcard.end()
    return re.compile(expression + re.escape(pattern[position:]), re.DOTALL)
