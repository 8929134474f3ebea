"""What a provider sent, as a JSON object that the event store can hold."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from shared_layer.core import json
from shared_layer.core.errors import InvalidRequest

FORM: Final = "application/x-www-form-urlencoded"
FIELDS: Final = 500
JSON_TEXT: Final = "json_text"
_DEPTH: Final = 12
_NODES: Final = 2_000


def read_body(raw: bytes, content_type: str, provider: str) -> dict[str, Any]:
    """The body as an object: JSON, or a form's fields (of which GitHub puts its JSON into `payload`).

    A JSON value that is no object comes as `{"value": …}`. Raises MalformedJson, InvalidRequest.
    """
    if content_type.partition(";")[0].strip().lower() == FORM:
        fields = _form(raw)
        if provider == "github" and isinstance(fields.get("payload"), str):
            return _object(json.parse(fields["payload"].encode()))
        return fields
    return _object(json.parse(raw))


def storable(body: dict[str, Any]) -> dict[str, Any]:
    """The body as it is kept: itself, or its JSON as one text where Firestore would not take it.

    Firestore has no list in a list, 20 levels, names like `__x__` to itself, and 40,000 index entries a document.
    """
    if _fits(body, _DEPTH) and _count(body) <= _NODES:
        return body
    return {JSON_TEXT: orjson.dumps(body).decode()}


def original(stored: dict[str, Any]) -> dict[str, Any]:
    """The body again, as `read_body` answered it."""
    if stored.keys() == {JSON_TEXT} and isinstance(stored[JSON_TEXT], str):
        return _object(orjson.loads(stored[JSON_TEXT]))
    return stored


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"value": value}


def _form(raw: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise InvalidRequest("The form is not valid percent-encoded UTF-8, or has more than 500 fields.") from None
    fields: dict[str, Any] = {}
    for name, value in pairs:
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _fits(value: Any, depth: int, in_list: bool = False) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_name_fits(name) and _fits(item, depth - 1) for name, item in value.items())
    if isinstance(value, list):
        return depth > 0 and not in_list and all(_fits(item, depth - 1, in_list=True) for item in value)
    return True


def _name_fits(name: str) -> bool:
    return 0 < len(name) <= 300 and not (name.startswith("__") and name.endswith("__"))


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_count, value.values()))
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1
