"""Requests read and answers written as the JSON API has them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from infra.local.storage.errors import BadRequest, RangeNotSatisfiable, StorageError
from infra.local.storage.stored_object import StoredObject

Handler = Callable[[Request], Awaitable[Response]]
_HUNG_UP = 499


def origin(request: Request) -> str:
    """Where the caller reached this server: the root of the links in the answer."""
    return f"{request.url.scheme}://{request.url.netloc}"


def json_answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def object_answer(stored: StoredObject, request: Request) -> Response:
    """The object's resource, with its ETag."""
    answer = json_answer(stored.resource(origin(request)))
    answer.headers["ETag"] = stored.etag
    return answer


def answering(handler: Handler) -> Handler:
    """Turn a StorageError into Google's JSON error."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except StorageError as refused:
            return _refusal(refused)
        except ClientDisconnect:
            return Response(status_code=_HUNG_UP)

    return answer


def _refusal(refused: StorageError) -> Response:
    if refused.status == 304:
        return Response(status_code=304)
    message = str(refused)
    error = {"message": message, "domain": "global", "reason": refused.reason}
    answer = json_answer({"error": {"code": refused.status, "message": message, "errors": [error]}}, refused.status)
    if isinstance(refused, RangeNotSatisfiable):
        answer.headers["Content-Range"] = f"bytes */{refused.size}"
    return answer


async def json_body(request: Request) -> dict[str, Any]:
    """The body as a JSON object; empty counts as {}. Raises BadRequest."""
    raw = await request.body()
    try:
        body = json.loads(raw or b"{}")
    except ValueError as broken:
        raise BadRequest("Parse Error: the body is not JSON.") from broken
    if not isinstance(body, dict):
        raise BadRequest("Parse Error: the body is not a JSON object.")
    return body
