"""CORS: exact origins, and `https://*.example.com` for one label. A wildcard for all is not to be had."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from shared_layer.core.settings import settings
from shared_layer.front_door.answer import Answer, Headers

_OPENAI_CLIENT: Final = b", ".join(
    b"x-stainless-" + name
    for name in (
        b"arch async helper-method lang os package-version poll-helper retry-count runtime runtime-version timeout"
    ).split()
)
"""What OpenAI's client for browsers sends along."""

ALLOWED_HEADERS: Final = (
    b"authorization, content-type, x-api-key, x-tenant-id, x-request-id, x-xynergy-cache, idempotency-key, if-match, "
    b"last-event-id, traceparent, openai-organization, openai-project, " + _OPENAI_CLIENT
)
EXPOSED_HEADERS: Final = (
    b"etag, ratelimit, ratelimit-policy, retry-after, x-request-id, idempotency-replayed, location, "
    b"x-xynergy-provider, x-xynergy-route, x-xynergy-cost-usd, x-xynergy-cache"
)
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
