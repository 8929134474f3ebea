"""Which function answers at which address, each loaded when it is first called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.gateway.asgi import ASGIApp, Receive, Scope, Send
from infra.local.runner.application import FunctionBrokenError, application
from infra.local.runner.broken import broken_application


class Runner:
    """The functions by slug; itself the functions' port's application, where `/{slug}/…` is a function's own root."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}
        self._loaded: dict[str, ASGIApp] = {}

    def serve(self, files: Mapping[str, Path]) -> None:
        """Serve exactly these functions (slug → file) from now on; those loaded already stay as they are."""
        self._files = dict(files)
        for slug in set(self._loaded) - set(files):
            del self._loaded[slug]

    def drop(self, file: Path) -> None:
        """Forget the function in `file`; the next call loads it again. Calls under way end on the old one."""
        for slug, path in self._files.items():
            if path == file:
                self._loaded.pop(slug, None)

    def forward(self, address: str) -> ASGIApp:
        """The function at `{functions_url}/{slug}`, for the gateway. Raises LookupError where there is none."""
        return self._of(urlsplit(address).path.strip("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return
        slug = scope["path"].split("/", 2)[1]
        try:
            function = self._of(slug)
        except LookupError:
            await _not_found(scope, send)
            return
        await function(scope, receive, send)

    def _of(self, slug: str) -> ASGIApp:
        found = self._loaded.get(slug)
        if found is None:
            found = self._loaded[slug] = _mounted(f"/{slug}", _load(self._files[slug]))
        return found


def _load(file: Path) -> ASGIApp:
    try:
        return application(file)
    except FunctionBrokenError as error:
        return broken_application(str(error))


def _mounted(root: str, function: ASGIApp) -> ASGIApp:
    """`function` under `root`: it finds its own path below ASGI's root_path; the bare root is its `/`."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope["root_path"] = root
        if scope["path"] == root:
            scope["path"] = f"{root}/"  # else Starlette redirects, and a push takes a redirect for a failure
        await function(scope, receive, send)

    return serve


async def _not_found(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000, "reason": "no function is called so"})
        return
    body = f"No function is called {scope['path'].split('/', 2)[1]!r}.\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})
