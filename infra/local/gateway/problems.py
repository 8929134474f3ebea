"""The few answers that the gateway gives itself, as RFC 9457 problem documents.

Google's gateway answers `{"code": 404, "message": …}` in these places. Here they look like the functions' own problems,
so that a client meets one shape of error; the statuses are the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from infra.local.gateway.asgi import Headers, Send


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without a function: status, stable code, title, and what the caller can do."""

    status: int
    code: str
    title: str
    detail: str

    async def send(self, send: Send, request_id: str, path: str, extra: Headers | None = None) -> None:
        """Send the document as the whole response."""
        document = {
            "type": f"urn:xynergy:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": path,
            "code": self.code,
            "request_id": request_id,
        }
        body = json.dumps(document).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.encode()),
            *(extra or ()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


NOT_FOUND = Refusal(404, "not_found", "Not found", "No operation has this path. Check it against /docs.")
METHOD_NOT_ALLOWED = Refusal(
    405, "method_not_allowed", "Method not allowed", "Use one of the methods in the Allow header."
)
BODY_TOO_LARGE = Refusal(413, "body_too_large", "The body is too large", "The gateway takes bodies of up to 32 MB.")
HEADERS_TOO_LARGE = Refusal(
    431, "headers_too_large", "The headers are too large", "The gateway takes up to 60 KB of headers. Send fewer."
)
BACKEND_FAILED = Refusal(
    502, "backend_failed", "The function failed", "The function broke off without an answer. Its log says why."
)
BACKEND_MISSING = Refusal(
    503, "unavailable", "Temporarily unavailable", "The function is not running. Retry in a few seconds."
)
DEADLINE_EXCEEDED = Refusal(
    504, "deadline_exceeded", "The deadline passed", "The function did not answer within its deadline. Retry later."
)
