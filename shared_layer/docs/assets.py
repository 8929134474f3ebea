"""What the docs page loads: three files of Swagger UI's distribution and two of our own."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from shared_layer.core.errors import NotFound
from shared_layer.docs.page import START, STYLE

_VIEWER: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
_OWN: Final = {
    "start.js": ("text/javascript; charset=utf-8", START),
    "page.css": ("text/css; charset=utf-8", STYLE),
}
NAMES: Final = (*_VIEWER, *_OWN)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served. `version` changes when the content does."""

    media_type: str
    content: bytes
    version: str


@cache
def asset(name: str) -> Asset:
    """The asset called `name`, read once in the life of the process. Raises NotFound."""
    if name in _OWN:
        media_type, content = _OWN[name]
    elif name in _VIEWER:
        media_type, content = _VIEWER[name], (_distribution() / name).read_bytes()
    else:
        raise NotFound()
    return Asset(media_type, content, hashlib.sha256(content).hexdigest()[:12])


@cache
def compressed(name: str) -> bytes:
    """The gzip form of an asset's content, made once in the life of the process. Raises NotFound."""
    return gzip.compress(asset(name).content, 6, mtime=0)


def asset_urls() -> dict[str, str]:
    """Where each asset is, its version in the query, so that caches may keep it for ever."""
    return {name: f"/docs/{name}?v={asset(name).version}" for name in NAMES}


def _distribution() -> Path:
    import flask_swagger_ui

    return Path(flask_swagger_ui.__file__).parent / "dist"
