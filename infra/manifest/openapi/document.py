"""The whole document: one path item per path, one tag per service, and the components that they use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from infra.manifest.model import Manifest
from infra.manifest.openapi.headers import HEADERS, PARAMETERS
from infra.manifest.openapi.operation import operation_item
from infra.manifest.openapi.problems import PROBLEM_SCHEMA, problem_responses
from infra.manifest.openapi.schemas import schemas_of

DESCRIPTION: Final = """AI-powered business operations, every operation its own Cloud Function.

* **Credentials**: send an API key as `X-API-Key` or as `Authorization: Bearer`. It decides the tenant and the scopes.
* **Errors** are RFC 9457 problem documents; `code` is stable, `detail` says what to do, `request_id` finds the logs.
* **Retries**: send an `Idempotency-Key`, and the same one again when you retry; the first answer is replayed.
* **Concurrent changes**: an entity's `ETag` is its version; send it as `If-Match` to change just what you read.
* **Lists** take `limit` and `cursor`; `next_cursor` is null on the last page.
"""

SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key of the tenant."},
    "Bearer": {"type": "http", "scheme": "bearer", "description": "The same API key as a bearer token."},
}


def openapi(manifest: Manifest, base_url: str) -> dict[str, Any]:
    """The document for the API at `base_url`. Operation ids are the functions' names."""
    operations = sorted(manifest.operations, key=lambda found: (found.path, found.method))
    schemas = schemas_of(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = operation_item(operation, schemas)
    services = {operation.service.name: operation.service for operation in operations}
    components = {
        "schemas": {"Problem": PROBLEM_SCHEMA, **schemas.components},
        "responses": problem_responses(),
        "parameters": PARAMETERS,
        "headers": HEADERS,
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Xynergy", "version": "1.0.0", "description": DESCRIPTION},
        "servers": [{"url": base_url}],
        "tags": [
            {"name": service.name, "description": service.summary}
            for service in sorted(services.values(), key=lambda service: (service.layer, service.name))
        ],
        "paths": paths,
        "components": {**_used(paths, components), "securitySchemes": SECURITY_SCHEMES},
    }


def _used(paths: dict[str, Any], components: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The components that `paths` reach, directly or through another, in their order."""
    waiting = list(_references(paths))
    reached: set[tuple[str, str]] = set()
    while waiting:
        _, _, section, name = waiting.pop().split("/")
        if (section, name) not in reached:
            reached.add((section, name))
            waiting.extend(_references(components[section][name]))
    kept = {
        section: {name: value for name, value in entries.items() if (section, name) in reached}
        for section, entries in components.items()
    }
    return {section: entries for section, entries in kept.items() if entries}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            if key == "$ref" and isinstance(member, str):
                yield member
            elif key == "mapping" and "propertyName" in value and isinstance(member, dict):
                yield from (target for target in member.values() if isinstance(target, str))
            else:
                yield from _references(member)
    elif isinstance(value, list):
        for member in value:
            yield from _references(member)
