"""The floor: `functions_framework.aio` with a function that does nothing."""

from starlette.requests import Request
from starlette.responses import Response


async def hello(request: Request) -> Response:
    """A constant answer of the size of ours."""
    return Response(b'{"text":"hello Ada","tenant":"bench"}', media_type="application/json")
