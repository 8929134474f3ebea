"""The headers that every answer bears, whoever made it."""

from __future__ import annotations

from typing import Any

from shared_layer.front_door.answer import SECURITY_HEADERS, Answer, Headers
from shared_layer.front_door.cors import cors_headers


def put_final_headers(answer: Any, request_id: str, origin: bytes | None, told: Headers) -> None:
    """Put them on an Answer, or on a Response that may have security headers of its own; `told` tell of the rate."""
    named = (b"x-request-id", request_id.encode())
    cors = cors_headers(origin)
    if type(answer) is Answer:
        answer.headers = [*answer.headers, named, *told, *cors, *SECURITY_HEADERS]
        return
    taken = {name for name, _ in answer.raw_headers}
    missing = [header for header in SECURITY_HEADERS if header[0] not in taken]
    answer.raw_headers += [named, *told, *cors, *missing]
