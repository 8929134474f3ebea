"""A body as the bytes that were sent: what a signature is over."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from shared_layer.core.errors import BodyTooLarge, InvalidRequest


async def raw_body(request: Request, limit: int) -> bytes:
    """The raw body, at most `limit` bytes. Raises BodyTooLarge as soon as it is known, without reading on."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge(f"The body may have {limit} bytes; this one has {int(declared)}.")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise BodyTooLarge(f"The body may have {limit} bytes; this one has more.")
    except ClientDisconnect:
        raise InvalidRequest("The connection closed before the body was complete.") from None
    return bytes(body)
