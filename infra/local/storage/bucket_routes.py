"""/storage/v1/b: insert, get, list, patch, update, delete."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from infra.local.storage.answers import answering, json_answer, json_body, origin
from infra.local.storage.buckets import BucketResource
from infra.local.storage.conditions import Conditions
from infra.local.storage.listing import page_size, page_start, page_token
from infra.local.storage.state import StorageState


class BucketRoutes:
    def __init__(self, state: StorageState) -> None:
        self._buckets = state.buckets

    def routes(self) -> list[BaseRoute]:
        one = "/storage/v1/b/{bucket}"
        return [
            Route("/storage/v1/b", answering(self.insert), methods=["POST"]),
            Route("/storage/v1/b", answering(self.list), methods=["GET"]),
            Route(one, answering(self.get), methods=["GET"]),
            Route(one, answering(self.patch), methods=["PATCH", "PUT"]),
            Route(one, answering(self.delete), methods=["DELETE"]),
        ]

    async def insert(self, request: Request) -> Response:
        return json_answer(_linked(self._buckets.insert(await json_body(request)), request))

    async def list(self, request: Request) -> Response:
        query = request.query_params
        size = page_size(query)
        found = self._buckets.page(query.get("prefix", ""), page_start(query.get("pageToken", "")), size + 1)
        answer = {"kind": "storage#buckets", "items": [_linked(bucket, request) for bucket in found[:size]]}
        if len(found) > size:
            answer["nextPageToken"] = page_token(found[size - 1]["name"])
        return json_answer(answer)

    async def get(self, request: Request) -> Response:
        return json_answer(_linked(self._buckets.get(request.path_params["bucket"]), request))

    async def patch(self, request: Request) -> Response:
        changed = self._buckets.patch(
            request.path_params["bucket"],
            await json_body(request),
            Conditions.of(request.query_params),
            whole=request.method == "PUT",
        )
        return json_answer(_linked(changed, request))

    async def delete(self, request: Request) -> Response:
        self._buckets.delete(request.path_params["bucket"], Conditions.of(request.query_params))
        return Response(status_code=204)


def _linked(bucket: BucketResource, request: Request) -> BucketResource:
    return bucket | {"selfLink": f"{origin(request)}/storage/v1/b/{bucket['name']}"}
