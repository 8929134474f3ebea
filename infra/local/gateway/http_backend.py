"""Calls functions that run in other processes."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from infra.local.gateway.asgi import ASGIApp, Receive, Scope, Send
from infra.local.gateway.rewriting import raw_path


class HttpBackend:
    """Applications that pass a call on over HTTP. Usable as a Gateway's `forward`; close it when done.

    Nothing is retried and no redirect followed; the gateway keeps the deadline. A backend that does not listen raises
    ConnectionError, which the gateway answers with 503.
    """

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        self._client = httpx.AsyncClient(timeout=None, limits=limits, trust_env=False)  # noqa: S113 - see above

    def __call__(self, address: str) -> ASGIApp:
        """The application at the origin of `address`; the path of a call holds the whole of its own already."""
        parts = urlsplit(address)
        origin = httpx.URL(f"{parts.scheme}://{parts.netloc}")

        async def forward(scope: Scope, receive: Receive, send: Send) -> None:
            await self._send(origin, scope, (await receive()).get("body", b""), send)

        return forward

    async def aclose(self) -> None:
        """Close the connections that are kept."""
        await self._client.aclose()

    async def _send(self, origin: httpx.URL, scope: Scope, body: bytes, send: Send) -> None:
        query = scope.get("query_string", b"")
        target = raw_path(scope) + (b"?" + query if query else b"")
        url = origin.copy_with(raw_path=target)
        # not build_request: that would add the client's own headers where the caller sent none
        request = httpx.Request(scope["method"], url, headers=scope["headers"], content=body or None)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.ConnectError as error:
            raise ConnectionError(f"{origin} does not listen") from error
        try:
            headers = [(name.lower(), value) for name, value in response.headers.raw]
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await response.aclose()
