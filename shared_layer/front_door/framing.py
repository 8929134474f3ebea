"""Requests that two readers could understand differently: refused, before anything in them is believed."""

from __future__ import annotations

from typing import Final

from shared_layer.core.errors import InvalidRequest

_ONCE: Final = frozenset(
    {
        b"authorization",
        b"content-length",
        b"content-type",
        b"host",
        b"idempotency-key",
        b"if-match",
        b"origin",
        b"transfer-encoding",
        b"x-api-key",
        b"x-forwarded-authorization",
        b"x-request-id",
        b"x-tenant-id",
    }
)
"""Headers of which one reader would take the first and another the last (CWE-444)."""


def refuse_doubled(headers: list[tuple[bytes, bytes]]) -> None:
    """Raise InvalidRequest where a header is given twice that decides something."""
    seen: set[bytes] = set()
    for name, _ in headers:
        if name in seen and name in _ONCE:
            raise InvalidRequest(f"The header {name.decode('latin-1')} is given twice. Give it once.")
        seen.add(name)
