"""Headers and header parameters that operations share."""

from __future__ import annotations

from typing import Any, Final

HEADERS: Final[dict[str, Any]] = {
    "X-Request-ID": {
        "description": "The id under which the log lines of this call are found.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "The entity's version in quotes; send it as If-Match to change exactly this version.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
    "RateLimit": {
        "description": "What is left of the limit, and the seconds until it is full again (IETF httpapi ratelimit).",
        "schema": {"type": "string", "examples": ['"standard";r=599;t=60']},
    },
    "RateLimit-Policy": {
        "description": "The limit that applies: calls `q` per window of `w` seconds (IETF httpapi ratelimit).",
        "schema": {"type": "string", "examples": ['"standard";q=600;w=60']},
    },
    "Idempotency-Replayed": {
        "description": "`true` on the stored answer of an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "schema": {"type": "string", "examples": ['Bearer realm="xynergy"']},
    },
}

_IDEMPOTENCY_KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A new unique value (a UUID) for a new request, the same value for its retries.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
}

PARAMETERS: Final[dict[str, Any]] = {
    "IdempotencyKey": {**_IDEMPOTENCY_KEY, "required": False},
    "RequiredIdempotencyKey": {**_IDEMPOTENCY_KEY, "required": True},
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of the version that you read. A newer version on the server is answered with 412.",
        "schema": {"type": "string", "pattern": '^(W/)?"?[0-9]{1,18}"?$', "examples": ['"3"']},
    },
}


def header(name: str) -> dict[str, str]:
    """A reference to one of HEADERS."""
    return {"$ref": f"#/components/headers/{name}"}


def parameter(name: str) -> dict[str, str]:
    """A reference to one of PARAMETERS."""
    return {"$ref": f"#/components/parameters/{name}"}
