"""An object's bytes, whole or a range, as a response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from infra.local.storage.contents import Contents
from infra.local.storage.ranges import requested
from infra.local.storage.stored_object import StoredObject

_BLOCK = 1 << 20


def download(contents: Contents, found: StoredObject, request: Request) -> Response:
    """Bytes as they are stored: an object with contentEncoding gzip is sent gzipped, and says so."""
    part = requested(request.headers.get("range"), found.size)
    start, stop = part or (0, found.size)
    headers = _headers(found, request)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{found.size}"
    headers["Content-Length"] = str(stop - start)
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    file = contents.open(found.content)
    file.seek(start)
    if stop - start <= _BLOCK:
        with file:
            return Response(file.read(stop - start), status, headers)
    return StreamingResponse(_blocks(file, stop - start), status, headers)


async def _blocks(file: BinaryIO, length: int) -> AsyncIterator[bytes]:
    with file:
        while length > 0:
            block = await asyncio.to_thread(file.read, min(_BLOCK, length))
            length -= len(block)
            yield block


def _headers(found: StoredObject, request: Request) -> dict[str, str]:
    settings = found.settings
    shown = {
        "Content-Type": request.query_params.get("response-content-type")
        or settings.get("contentType", "application/octet-stream"),
        "Content-Disposition": request.query_params.get("response-content-disposition")
        or settings.get("contentDisposition"),
        "Content-Encoding": settings.get("contentEncoding"),
        "Content-Language": settings.get("contentLanguage"),
        "Cache-Control": settings.get("cacheControl", "private, max-age=0"),
        "Accept-Ranges": "bytes",
        "ETag": found.etag,
        "Last-Modified": formatdate(found.updated, usegmt=True),
        "X-Goog-Generation": str(found.generation),
        "X-Goog-Metageneration": str(found.metageneration),
        "X-Goog-Hash": found.hashes,
        "X-Goog-Storage-Class": settings.get("storageClass", "STANDARD"),
        "X-Goog-Stored-Content-Encoding": settings.get("contentEncoding", "identity"),
        "X-Goog-Stored-Content-Length": str(found.size),
    }
    shown |= {f"X-Goog-Meta-{name}": value for name, value in settings.get("metadata", {}).items()}
    return {name: value for name, value in shown.items() if value is not None and value.isascii()}
