"""A JSON value that fits a JSON schema, the same for the same seed: what the mock answers where JSON is asked for.

Covers what pydantic writes for models of texts, numbers, enumerations, lists, unions and nested models. A text that
must match a pattern is taken from the schema's examples, or left as it is.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = Mapping[str, Any]

DEPTH_LIMIT: Final = 12
FORMATS: Final = {
    "date-time": "2030-01-01T00:00:00Z",
    "date": "2030-01-01",
    "time": "00:00:00Z",
    "email": "mock@example.com",
    "uri": "https://example.com/mock",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


class MockValues:
    """Values for one schema; `words` are woven into its texts, and `seed` chooses where there is a choice."""

    def __init__(self, schema: Schema, seed: str, words: Sequence[str]) -> None:
        self._root = schema
        self._seed = seed
        self._words = list(words) or ["mock"]

    def value(self) -> Any:
        """The value for the whole schema."""
        return self._value(self._root, ("value",), 0)

    def _value(self, schema: Schema, path: tuple[str, ...], depth: int) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if choices := schema.get("enum"):
            return choices[self._place(path) % len(choices)]
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self._value(next((o for o in options if o.get("type") != "null"), options[0]), path, depth)
        if examples := schema.get("examples"):
            return examples[0]
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((k for k in kind if k != "null"), "null")
        return self._of_kind(kind, schema, path, depth)

    def _of_kind(self, kind: str, schema: Schema, path: tuple[str, ...], depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, path, depth)
            case "array":
                return self._array(schema, path, depth)
            case "integer":
                low, high = _bounds(schema, 1)
                return math.ceil(low) + self._digit(path) % (math.floor(high) - math.ceil(low) + 1)
            case "number":
                low, high = _bounds(schema, 0)
                return round(low + (high - low) * (0.25 + self._digit(path) % 50 / 100), 3)
            case "boolean":
                return self._digit(path) % 2 == 0
            case "null":
                return None
        return self._string(schema, path)

    def _resolved(self, schema: Schema) -> Schema:
        while reference := schema.get("$ref"):
            found: Any = self._root
            for part in str(reference).removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        if len(schema.get("allOf", ())) == 1:
            return self._resolved(schema["allOf"][0])
        return schema

    def _object(self, schema: Schema, path: tuple[str, ...], depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        return {
            name: self._value(inner, (*path, name), depth + 1)
            for name, inner in schema.get("properties", {}).items()
            if depth < DEPTH_LIMIT or name in required
        }

    def _array(self, schema: Schema, path: tuple[str, ...], depth: int) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", 3)
        length = max(least, min(most, 3 if depth < DEPTH_LIMIT else 0))
        return [self._value(schema.get("items", {}), (*path, str(index)), depth + 1) for index in range(length)]

    def _string(self, schema: Schema, path: tuple[str, ...]) -> str:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        name = next((part for part in reversed(path) if not part.isdigit()), "value").replace("_", " ")
        start = self._digit(path)
        woven = " ".join(self._words[(start + step) % len(self._words)] for step in range(min(6, len(self._words))))
        text = f"[mock] {name}: {woven}"
        text = text.ljust(schema.get("minLength", 0), ".")
        return text[: schema.get("maxLength", len(text))]

    def _place(self, path: tuple[str, ...]) -> int:
        """A number that counts up along a list, so that its items choose differently."""
        return self._digit(tuple(p for p in path if not p.isdigit())) + sum(int(p) for p in path if p.isdigit())

    def _digit(self, path: tuple[str, ...]) -> int:
        return int.from_bytes(hashlib.sha256("/".join((self._seed, *path)).encode()).digest()[:4], "big")


def _bounds(schema: Schema, beside: int) -> tuple[float, float]:
    """The least and the greatest number allowed; `beside` keeps whole numbers off an exclusive bound."""
    low = schema.get("minimum", schema["exclusiveMinimum"] + beside if "exclusiveMinimum" in schema else None)
    high = schema.get("maximum", schema["exclusiveMaximum"] - beside if "exclusiveMaximum" in schema else None)
    if low is None:
        low = 0 if high is None or high >= 0 else high - 100
    return low, low + 100 if high is None else high
