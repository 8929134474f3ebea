"""Texts with places to fill: `{{ payload.email }}` is what lies at that path of the event.

A text that is one place and nothing else takes the value as it is (a number stays one); a place that the event does not
have is empty, and is named, so that a test shows what is misspelt.
"""

from __future__ import annotations

import re
from typing import Any, Final

from shared_layer.automations.logic import as_text, look_up

PLACE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_.]{1,200})\s*\}\}")
LONGEST: Final = 20_000


def rendered(value: Any, data: dict[str, Any], missing: set[str]) -> Any:
    """The value with its places filled, to any depth; paths that the event lacks are added to `missing`."""
    if isinstance(value, dict):
        return {name: rendered(each, data, missing) for name, each in value.items()}
    if isinstance(value, list):
        return [rendered(each, data, missing) for each in value]
    if not isinstance(value, str):
        return value
    if (whole := PLACE.fullmatch(value.strip())) is not None:
        return _found(whole[1], data, missing)
    return PLACE.sub(lambda place: as_text(_found(place[1], data, missing)), value)[:LONGEST]


def _found(path: str, data: dict[str, Any], missing: set[str]) -> Any:
    found = look_up(data, path)
    if found is None:
        missing.add(path)
    return "" if found is None else found
