"""The files of the page, as they lie beside this code, and the policy that they run under."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from shared_layer.core.errors import NotFound
from shared_layer.core.settings import function_url

PAGE: Final = "index.html"
_MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; the ETag changes when the content does."""

    media_type: str
    content: bytes
    etag: str


@cache
def asset(name: str) -> Asset:
    """The file called `name`. Raises NotFound."""
    found = _all().get(name)
    if found is None:
        raise NotFound()
    return found


@cache
def _all() -> dict[str, Asset]:
    folder = files(__package__) / "page"
    return {file.name: _read(file.name, file.read_bytes()) for file in folder.iterdir() if file.is_file()}


def _read(name: str, content: bytes) -> Asset:
    return Asset(_MEDIA_TYPES[name.rpartition(".")[2]], content, f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def policy() -> str:
    """Content-Security-Policy: our own files alone, no inline code, no HTML from text, calls to the platform alone."""
    functions = urlsplit(function_url("stream-dashboard"))
    streams = f" {functions.scheme}://{functions.netloc}" if functions.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self'{streams}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
