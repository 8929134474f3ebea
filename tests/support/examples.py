"""Requests made from the manifest alone: a body, a query and a path for every operation, new ones included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from infra.local.options import ROOT
from infra.manifest.collect import collect
from shared_layer.core.declaration import HttpOperation


def operations() -> tuple[HttpOperation, ...]:
    """Every HTTP operation of the repository."""
    manifest = collect(ROOT)
    assert not manifest.broken, manifest.broken
    return manifest.operations


@dataclass(slots=True)
class Example:
    """Values for JSON Schemas. Free texts carry `mark`, so that they can be recognised wherever they come out."""

    mark: str

    def of(self, kind: Any) -> Any:
        """A value that `kind` accepts: the model's own first example, or one built from its schema."""
        schema = _schema(kind)
        return self._value(schema, schema.get("$defs", {}))

    def _value(self, schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
        if "$ref" in schema:
            return self._value(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        for name in ("const", "default"):
            if schema.get(name) is not None:
                return schema[name]
        if schema.get("enum"):
            return schema["enum"][0]
        if schema.get("type") == "object" and schema.get("properties"):
            example = (schema.get("examples") or [{}])[0]
            return example | self._object(schema, definitions, example)
        for name in ("anyOf", "oneOf", "allOf"):
            for choice in schema.get(name, ()):
                if choice.get("type") != "null":
                    told = {"examples": schema["examples"]} if schema.get("examples") else {}
                    return self._value(choice | told, definitions)
        if schema.get("examples"):
            return schema["examples"][0]
        return self._plain(schema, definitions)

    def _object(self, schema: dict[str, Any], definitions: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
        """The required members, and every optional free text; what the example says of others stays."""
        made = {}
        for name, member in schema["properties"].items():
            free = _is_free_text(member)
            if (name in schema.get("required", ()) and name not in example) or free:
                made[name] = self._plain(_text_of(member), definitions) if free else self._value(member, definitions)
        return made

    def _plain(self, schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
        match schema.get("type"):
            case "string":
                return self._text(schema)
            case "integer" | "number":
                return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            case "boolean":
                return False
            case "array":
                count = max(1, schema.get("minItems", 0))
                return [self._value(schema.get("items", {"type": "string"}), definitions) for _ in range(count)]
            case _:
                return {}

    def _text(self, schema: dict[str, Any]) -> str:
        match schema.get("format"):
            case "email":
                return f"{self.mark.lower()}@tenant.example"
            case "date-time":
                return "2035-01-01T00:00:00Z"
            case "date":
                return "2026-11-01"
            case "uuid":
                return "550e8400-e29b-41d4-a716-446655440000"
            case "uri":
                return f"https://{self.mark.lower()}.example/"
        return self.mark[: schema.get("maxLength", 1000)]


@cache
def _schema(kind: Any) -> dict[str, Any]:
    return TypeAdapter(kind).json_schema(mode="validation")


def _text_of(member: dict[str, Any]) -> dict[str, Any]:
    choices = [choice for choice in member.get("anyOf", [member]) if choice.get("type") == "string"]
    return choices[0] if choices else {}


def _is_free_text(member: dict[str, Any]) -> bool:
    """Whether any text will do: no pattern, no format, no fixed choice, room enough to be recognised."""
    text = _text_of(member)
    bound = {"pattern", "format", "enum", "const", "contentEncoding"} & (set(text) | set(member))
    named = member.get("examples") or member.get("default") or text.get("examples")
    return bool(text) and not bound and not named and text.get("maxLength", 1000) >= 40


def path_of(operation: HttpOperation, values: dict[str, str]) -> str:
    """The operation's path with its parameters filled in, each as one encoded segment."""
    path = operation.path
    for name in operation.path_parameters:
        path = path.replace("{" + name + "}", quote(values[name], safe=""))
    return path


def headers_of(operation: HttpOperation, unique: str) -> dict[str, str]:
    """The headers that the operation asks for beside the credential."""
    headers = {}
    if operation.signature.if_match is not None:
        headers["If-Match"] = '"1"'
    if operation.idempotency != "none":
        headers["Idempotency-Key"] = unique
    return headers
