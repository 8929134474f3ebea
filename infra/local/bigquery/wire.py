"""HTTP as Google's JSON APIs speak it: gzip bodies, error bodies, page tokens."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from infra.local.bigquery.errors import ApiError

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]
_GZIP = 16 + zlib.MAX_WBITS
_DEFAULT_PAGE = 1000


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, "application/json; charset=UTF-8")


def guarded(handler: Handler) -> Handler:
    """`handler`, with an ApiError told in Google's way."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except ApiError as error:
            return answer(error.body(), error.status)

    return handle


async def raw_body(request: Request) -> bytes:
    body = await request.body()
    if request.headers.get("content-encoding", "").lower() != "gzip":
        return body
    try:
        return zlib.decompress(body, _GZIP)
    except zlib.error:
        raise ApiError("The request body is not gzip, as its Content-Encoding says") from None


async def json_body(request: Request) -> dict[str, Any]:
    try:
        found = orjson.loads(await raw_body(request) or b"{}")
    except orjson.JSONDecodeError:
        raise ApiError("Invalid JSON payload received.") from None
    if not isinstance(found, dict):
        raise ApiError("Invalid JSON payload received. The root must be an object.")
    return found


def whole_number(request: Request, name: str) -> int | None:
    """A query parameter that is a count, if it is given."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise ApiError(f"Invalid value for {name}: {text}", name)
    return int(text)


def page_token(start: int) -> str:
    return base64.urlsafe_b64encode(b"row:%d" % start).decode()


def page_start(token: str | None) -> int:
    """The first row of the page that `token` stands for."""
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).removeprefix(b"row:"))
    except ValueError:
        raise ApiError(f"Invalid page token: {token}", "pageToken") from None


def page_of(request: Request, items: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
    """The page of `items` that `request` asks for, and the nextPageToken if there is more."""
    start = page_start(request.query_params.get("pageToken"))
    limit = whole_number(request, "maxResults")
    end = start + (_DEFAULT_PAGE if limit is None else limit)
    return items[start:end], {"nextPageToken": page_token(end)} if end < len(items) else {}
