"""The OpenAPI 2.0 document that API Gateway executes.

Source: https://docs.cloud.google.com/api-gateway/docs/oasv2-extensions. Three things differ from what one would guess:

* API Gateway checks `apiKey` credentials against Google's own API keys, wherever an operation requires the scheme. Ours
  are checked by the functions, so the scheme is named for the reader and required nowhere: an operation without a
  requirement is let through without a check, also when an X-API-Key header is present (ESPv2, `isCheckRequired`).
* `allowCors` lets preflights through to some operation of their path. They are spelled out as well, so that which one
  answers is decided here, for Google's gateway and the local one alike.
* It has no limit of its own for a body below the platform's 32 MB; functions enforce theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from infra.manifest.model import Manifest
from shared_layer.core.declaration import HttpOperation

GRACE: Final = 2.0
"""Seconds that the gateway waits beyond a function's own deadline: the function's problem document says more."""

API_KEY_HEADER: Final = "x-api-key"


def gateway_spec(manifest: Manifest, address_of: Callable[[HttpOperation], str], host: str) -> dict[str, Any]:
    """The specification of the gateway called `host` (for Google's: the managed service's name).

    `address_of` answers a function's own URL without a path; calls are sent there under the path they came with, and
    with an identity token for that URL.
    """
    paths: dict[str, dict[str, Any]] = {}
    for operation in sorted(manifest.operations, key=lambda found: (found.path, found.method)):
        methods = paths.setdefault(operation.path, {})
        methods[operation.method.lower()] = _call(operation, address_of(operation), operation.name)
    for operation in sorted(manifest.operations, key=lambda found: (found.path, found.method)):
        preflight = _call(operation, address_of(operation), f"{operation.name}_preflight")
        paths[operation.path].setdefault("options", preflight)
    return {
        "swagger": "2.0",
        "info": {
            "title": "xynergy",
            "description": "Derived from the functions' declarations by infra/manifest. Never edit by hand.",
            "version": "1.0.0",
        },
        "host": host,
        "schemes": ["https"],
        "x-google-endpoints": [{"name": host, "allowCors": True}],
        "securityDefinitions": {"api_key": {"type": "apiKey", "name": API_KEY_HEADER, "in": "header"}},
        "paths": paths,
    }


def _call(operation: HttpOperation, address: str, operation_id: str) -> dict[str, Any]:
    call: dict[str, Any] = {
        "operationId": operation_id,
        "summary": operation.summary,
        "tags": [operation.service.name],
        "x-google-backend": {
            "address": address,
            "path_translation": "APPEND_PATH_TO_ADDRESS",
            "deadline": operation.deadline + GRACE,
            "jwt_audience": address,
        },
        "responses": {"default": {"description": "The function's own answer."}},
    }
    if operation.path_parameters:
        call["parameters"] = [
            {"name": name, "in": "path", "required": True, "type": "string"} for name in operation.path_parameters
        ]
    return call
