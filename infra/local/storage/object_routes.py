"""/storage/v1/b/B/o: list, get (metadata or media), patch, update, delete."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from infra.local.storage.answers import answering, json_answer, json_body, object_answer, origin
from infra.local.storage.conditions import Conditions, number
from infra.local.storage.download import download
from infra.local.storage.listing import ListQuery, list_objects, page_token
from infra.local.storage.state import StorageState


class ObjectRoutes:
    def __init__(self, state: StorageState) -> None:
        self._state = state

    def routes(self) -> list[BaseRoute]:
        one = "/storage/v1/b/{bucket}/o/{object:path}"
        return [
            Route("/storage/v1/b/{bucket}/o", answering(self.list), methods=["GET"]),
            Route(one, answering(self.get), methods=["GET"]),
            Route(one, answering(self.patch), methods=["PATCH", "PUT"]),
            Route(one, answering(self.delete), methods=["DELETE"]),
            Route(f"/download{one}", answering(self.media), methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        bucket = request.path_params["bucket"]
        self._state.buckets.get(bucket)
        page = list_objects(self._state.database, bucket, ListQuery.of(request.query_params))
        answer: dict[str, Any] = {"kind": "storage#objects"}
        if page.objects:
            answer["items"] = [found.resource(origin(request)) for found in page.objects]
        if page.prefixes:
            answer["prefixes"] = page.prefixes
        if page.token:
            answer["nextPageToken"] = page_token(page.token)
        return json_answer(answer)

    async def get(self, request: Request) -> Response:
        if request.query_params.get("alt") == "media":
            return await self.media(request)
        found = self._state.objects.get(*_named(request), number(request.query_params, "generation"))
        Conditions.of(request.query_params).check(found, reading=True)
        return object_answer(found, request)

    async def media(self, request: Request) -> Response:
        found = self._state.objects.get(*_named(request), number(request.query_params, "generation"))
        Conditions.of(request.query_params).check(found, reading=True)
        return download(self._state.contents, found, request)

    async def patch(self, request: Request) -> Response:
        changes = await json_body(request)
        conditions = Conditions.of(request.query_params)
        bucket, name = _named(request)
        self._state.objects.get(bucket, name, number(request.query_params, "generation"))
        changed = self._state.objects.patch(bucket, name, changes, conditions, whole=request.method == "PUT")
        return object_answer(changed, request)

    async def delete(self, request: Request) -> Response:
        generation = number(request.query_params, "generation")
        self._state.delete(*_named(request), generation, Conditions.of(request.query_params))
        return Response(status_code=204)


def _named(request: Request) -> tuple[str, str]:
    return request.path_params["bucket"], request.path_params["object"]
