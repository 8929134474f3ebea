"""What a function answers whose file cannot be loaded."""

from __future__ import annotations

import json
import os

from infra.local.gateway.asgi import ASGIApp, Receive, Scope, Send


def broken_application(reason: str) -> ASGIApp:
    """Answers every call with a problem document that says why."""

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given or f"req_{os.urandom(12).hex()}"
        body = json.dumps(
            {
                "type": "urn:xynergy:problem:function_broken",
                "title": "The function cannot be loaded",
                "status": 500,
                "detail": f"{reason}. Correct the file; it is loaded again when it is saved.",
                "instance": scope["path"].removeprefix(scope["root_path"]),
                "code": "function_broken",
                "request_id": request_id,
            }
        ).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.encode()),
        ]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer
