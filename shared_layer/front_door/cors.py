"""CORS: exact origins, and `https://*.example.com` for one label. A wildcard for all is not to be had."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from shared_layer.core.settings import settings
from shared_layer.front_door.answer import Answer, Headers

ALLOWED_HEADERS: Final = (
    b"authorization, content-type, x-api-key, x-tenant-id, x-request-id, idempotency-key, if-match, traceparent"
)
EXPOSED_HEADERS: Final = b"etag, ratelimit, ratelimit-policy, retry-after, x-request-id, idempotency-replayed, location"
VARY: Final = (b"vary", b"origin")
ALLOWED_METHODS: Final = b"GET, POST, PUT, PATCH, DELETE"


@cache
def _patterns() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    origins = settings().cors_origins
    if "*" in origins:
        raise ValueError("XYNERGY_CORS_ORIGINS: name the origins; '*' would hand every site the users' credentials")
    one_label = [re.compile("[a-z0-9-]+".join(re.escape(part) for part in o.split("*"))) for o in origins if "*" in o]
    return frozenset(o for o in origins if "*" not in o), tuple(one_label)


def allowed(origin: str) -> bool:
    """Whether pages of `origin` may call."""
    exact, one_label = _patterns()
    return origin in exact or any(pattern.fullmatch(origin) for pattern in one_label)


def cors_headers(origin: bytes | None) -> Headers:
    """The headers of an answer to a page of `origin`; `Vary: Origin` always, for caches in between."""
    if origin is None or not allowed(origin.decode("latin-1")):
        return [VARY]
    return [
        VARY,
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", EXPOSED_HEADERS),
    ]


def preflight_answer(origin: bytes | None) -> Answer:
    """The answer to OPTIONS, to which `cors_headers` come as to every answer: what an allowed page may send."""
    if origin is None or not allowed(origin.decode("latin-1")):
        return Answer(204, [])
    return Answer(
        204,
        [
            (b"access-control-allow-methods", ALLOWED_METHODS),
            (b"access-control-allow-headers", ALLOWED_HEADERS),
            (b"access-control-max-age", b"600"),
        ],
    )
