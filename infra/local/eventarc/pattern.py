"""Eventarc's path patterns: https://cloud.google.com/eventarc/docs/path-patterns.

`*` and `{name}` stand for one segment (or, inside a segment, for part of it); `**` and `{name=**}` for any number.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MANY = re.compile(r"\*\*|\{\w+=\*\*\}")
_ONE = re.compile(r"\*|\{\w+(?:=\*)?\}")


def matches(pattern: str, path: str) -> bool:
    """Whether `path` (segments between slashes) fits `pattern`."""
    return _compiled(pattern).fullmatch(f"{path}/") is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_segment, pattern.split("/"))))


def _segment(pattern: str) -> str:
    if _MANY.fullmatch(pattern):
        return "(?:[^/]+/)*"
    return "[^/]+".join(map(re.escape, _ONE.split(pattern))) + "/"
