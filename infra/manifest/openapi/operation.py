"""One operation of the document."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args

from starlette.responses import Response

from infra.manifest.openapi.headers import header, parameter
from infra.manifest.openapi.problems import problem_reference, statuses
from infra.manifest.openapi.schemas import Schemas
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.models import Entity
from shared_layer.core.scopes import PUBLIC, SCOPES


def operation_item(operation: HttpOperation, schemas: Schemas) -> dict[str, Any]:
    """The Operation Object of one function."""
    item: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": _description(operation),
        "tags": [operation.service.name],
        "security": [] if operation.scope == PUBLIC else [{"ApiKey": []}, {"Bearer": []}],
        "x-xynergy-scope": operation.scope,
    }
    if parameters := _parameters(operation, schemas):
        item["parameters"] = parameters
    if (body := schemas.of(operation, "body")) is not None:
        item["requestBody"] = {
            "required": operation.signature.body is not None and NoneType not in get_args(operation.signature.body[1]),
            "content": {"application/json": {"schema": body}},
        }
    item["responses"] = {
        str(operation.status): _success(operation, schemas),
        **({"202": _success(operation, schemas)} if operation.deferrable else {}),
        **{str(status): problem_reference(status) for status in statuses(operation)},
    }
    return item


def _description(operation: HttpOperation) -> str:
    if operation.scope == PUBLIC:
        terms = ["Public: takes no credential."]
    else:
        terms = [f"Scope `{operation.scope}`: {SCOPES.get(operation.scope, 'unknown.')}"]
    if operation.tier != "none":
        terms.append(f"Rate tier `{operation.tier}`.")
    if operation.emits:
        terms.append("Emits " + ", ".join(f"`{name}`" for name in operation.emits) + ".")
    if operation.streams:
        terms.append("Can stream (server-sent events); API Gateway buffers, so stream from the function's own URL.")
    return "\n\n".join(filter(None, [operation.description, " ".join(terms)]))


def _parameters(operation: HttpOperation, schemas: Schemas) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": schemas.of(operation, f"path.{name}")}
        for name in operation.path_parameters
    ]
    if (query := schemas.of(operation, "query")) is not None:
        found += _query_parameters(schemas.resolved(query))
    if operation.idempotency == "optional":
        found.append(parameter("IdempotencyKey"))
    elif operation.idempotency == "required":
        found.append(parameter("RequiredIdempotencyKey"))
    if operation.signature.if_match is not None:
        found.append(parameter("IfMatch"))
    return found


def _query_parameters(model: dict[str, Any]) -> list[dict[str, Any]]:
    """One parameter per field. A parameter that is left out is how a query string says null."""
    required = model.get("required", [])
    found = []
    for name, schema in model.get("properties", {}).items():
        entry = {"name": name, "in": "query", "required": name in required, "schema": _without_null(schema)}
        if "description" in schema:
            entry["description"] = schema["description"]
        found.append(entry)
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {
        key: value for key, value in schema.items() if key != "description" and (key != "default" or value is not None)
    }
    choices = [choice for choice in kept.pop("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept


def _success(operation: HttpOperation, schemas: Schemas) -> dict[str, Any]:
    names = ["X-Request-ID"]
    if operation.tier != "none":
        names += ["RateLimit", "RateLimit-Policy"]
    if _is_a(operation.signature.answer, Entity):
        names.append("ETag")
    if operation.idempotency != "none":
        names.append("Idempotency-Replayed")
    answer: dict[str, Any] = {
        "description": operation.summary,
        "headers": {name: header(name) for name in names},
    }
    content: dict[str, Any] = {}
    if (schema := schemas.of(operation, "answer")) is not None:
        content["application/json"] = {"schema": schema}
    elif _is_a(operation.signature.answer, Response) and operation.signature.answer.media_type:
        content[operation.signature.answer.media_type] = {"schema": {"type": "string"}}
    if operation.streams and operation.signature.body is not None:
        content.setdefault("application/json", {"schema": {}})  # whoever asks for no stream gets the answer whole
    if operation.streams:
        content["text/event-stream"] = {}  # OpenAPI 3.1 has no word for the shape of an event
    if content and operation.status != 204:
        answer["content"] = content
    return answer


def _is_a(answer: Any, kind: type) -> bool:
    return isinstance(answer, type) and issubclass(answer, kind)
