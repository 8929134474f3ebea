"""/BUCKET/OBJECT: the XML API's paths. GET, HEAD, PUT, DELETE, and POST to begin an upload.

Signed URLs use them, and Google's client for Go, with a token, to read: Terraform keeps its state through that.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from infra.local.storage import checksums
from infra.local.storage.answers import Handler, origin
from infra.local.storage.conditions import Conditions, number
from infra.local.storage.download import download
from infra.local.storage.errors import BadRequest, StorageError
from infra.local.storage.objects import NewObject
from infra.local.storage.signature import check_signature
from infra.local.storage.signer import Signer
from infra.local.storage.state import StorageState

_SETTINGS = {
    "content-type": "contentType",
    "content-encoding": "contentEncoding",
    "content-disposition": "contentDisposition",
    "content-language": "contentLanguage",
    "cache-control": "cacheControl",
}
_CONDITIONS = {
    "x-goog-if-generation-match": "ifGenerationMatch",
    "x-goog-if-metageneration-match": "ifMetagenerationMatch",
}


class SignedRoutes:
    def __init__(self, state: StorageState, signer: Signer) -> None:
        self._state = state
        self._signer = signer

    def routes(self) -> list[BaseRoute]:
        path = "/{bucket}/{object:path}"
        return [
            Route(path, self._checked(self.get), methods=["GET", "HEAD"]),
            Route(path, self._checked(self.put), methods=["PUT"]),
            Route(path, self._checked(self.begin), methods=["POST"]),
            Route(path, self._checked(self.delete), methods=["DELETE"]),
        ]

    async def get(self, request: Request) -> Response:
        found = self._state.objects.get(*_named(request), number(request.query_params, "generation"))
        return download(self._state.contents, found, request)

    async def put(self, request: Request) -> Response:
        bucket, name = _named(request)
        draft = self._state.contents.draft()
        try:
            async for block in request.stream():
                draft.write(block)
            content = draft.finish()
            checksums.check(content, _announced(request))
            new = NewObject(bucket, name, content, _settings(request))
            stored = await self._state.keep(draft.path, new, _conditions(request))
        finally:
            draft.discard()
        headers = {"ETag": stored.etag, "X-Goog-Generation": str(stored.generation), "X-Goog-Hash": stored.hashes}
        return Response(headers=headers)

    async def begin(self, request: Request) -> Response:
        if request.headers.get("x-goog-resumable") != "start":
            raise BadRequest("A signed POST begins a resumable upload: send x-goog-resumable: start.")
        bucket, name = _named(request)
        self._state.buckets.get(bucket)
        session = self._state.uploads.begin(bucket, name, _settings(request), _conditions(request))
        location = f"{origin(request)}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={session}"
        return Response(status_code=201, headers={"Location": location})

    async def delete(self, request: Request) -> Response:
        self._state.delete(*_named(request), number(request.query_params, "generation"), _conditions(request))
        return Response(status_code=204)

    def _checked(self, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                if not request.headers.get("authorization", "").startswith("Bearer "):
                    check_signature(request, self._signer, self._state.clock.now())
                return await handler(request)
            except StorageError as refused:
                body = f"<Error><Code>{type(refused).__name__}</Code><Message>{escape(str(refused))}</Message></Error>"
                return Response(body, refused.status, media_type="application/xml")

        return answer


def _named(request: Request) -> tuple[str, str]:
    return request.path_params["bucket"], request.path_params["object"]


def _announced(request: Request) -> dict[str, str]:
    given = {"md5Hash": request.headers.get("content-md5")}
    return checksums.announced(given, request.headers.getlist("x-goog-hash"))


def _conditions(request: Request) -> Conditions:
    return Conditions.of(
        {name: request.headers[header] for header, name in _CONDITIONS.items() if header in request.headers}
    )


def _settings(request: Request) -> dict[str, Any]:
    settings: dict[str, Any] = {
        name: request.headers[header] for header, name in _SETTINGS.items() if header in request.headers
    }
    settings.setdefault("contentType", "application/octet-stream")
    prefix = "x-goog-meta-"
    metadata = {name[len(prefix) :]: value for name, value in request.headers.items() if name.startswith(prefix)}
    return settings | ({"metadata": metadata} if metadata else {})
