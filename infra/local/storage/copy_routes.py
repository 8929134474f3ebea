"""New objects out of old ones: rewrite, copy, move and compose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from infra.local.storage.answers import answering, json_answer, json_body, object_answer, origin
from infra.local.storage.conditions import Conditions, number
from infra.local.storage.contents import Draft
from infra.local.storage.errors import BadRequest, NotFound
from infra.local.storage.objects import NewObject
from infra.local.storage.state import StorageState
from infra.local.storage.stored_object import StoredObject, settings_of

_MOST_COMPONENTS = 32
_BLOCK = 1 << 20


class CopyRoutes:
    """The bytes of a copy are shared with its source, so that any size is done in one call."""

    def __init__(self, state: StorageState) -> None:
        self._state = state

    def routes(self) -> list[BaseRoute]:
        return [Route("/storage/v1/b/{bucket}/o/{rest:path}", answering(self.dispatch), methods=["POST"])]

    async def dispatch(self, request: Request) -> Response:
        """By the path as sent: in the decoded one a slash of a name cannot be told from one between two names."""
        raw: bytes = request.scope["raw_path"]
        match [unquote(part) for part in raw.decode("ascii").split("?")[0].split("/")[4:]]:
            case [bucket, "o", name, "rewriteTo", "b", to_bucket, "o", to_name]:
                stored = await self._copied(request, (bucket, name), (to_bucket, to_name))
                return json_answer(_rewritten(stored, request))
            case [bucket, "o", name, "copyTo", "b", to_bucket, "o", to_name]:
                return object_answer(await self._copied(request, (bucket, name), (to_bucket, to_name)), request)
            case [bucket, "o", name, "moveTo", "o", to_name]:
                return object_answer(await self._moved(request, bucket, name, to_name), request)
            case [bucket, "o", name, "compose"]:
                return object_answer(await self._composed(request, bucket, name), request)
        raise NotFound("No such call: POST takes rewriteTo, copyTo, moveTo or compose behind an object's name.")

    async def _copied(self, request: Request, source: tuple[str, str], target: tuple[str, str]) -> StoredObject:
        body = await json_body(request)
        found = self._source(request, *source)
        # Google takes the destination's settings from the body where there is one, else from the source.
        settings = settings_of(body) if settings_of(body) else dict(found.settings)
        return self._state.copy(found, *target, settings, Conditions.of(request.query_params))

    async def _moved(self, request: Request, bucket: str, name: str, to_name: str) -> StoredObject:
        found = self._source(request, bucket, name)
        moved = self._state.copy(found, bucket, to_name, found.settings, Conditions.of(request.query_params))
        self._state.delete(bucket, name, found.generation, Conditions())
        return moved

    async def _composed(self, request: Request, bucket: str, name: str) -> StoredObject:
        body = await json_body(request)
        parts = body.get("sourceObjects") or []
        if not 1 <= len(parts) <= _MOST_COMPONENTS:
            raise BadRequest(f"compose takes 1 to {_MOST_COMPONENTS} source objects.")
        sources = [self._component(bucket, part) for part in parts]
        settings = settings_of(body.get("destination") or {})
        if "contentType" not in settings and "contentType" in sources[0].settings:
            settings["contentType"] = sources[0].settings["contentType"]
        components = sum(source.components or 1 for source in sources)
        draft = self._state.contents.draft()
        try:
            for source in sources:
                self._append(draft, source)
            new = NewObject(bucket, name, draft.finish(), settings, components)
            return await self._state.keep(draft.path, new, Conditions.of(request.query_params))
        finally:
            draft.discard()

    def _append(self, draft: Draft, source: StoredObject) -> None:
        with self._state.contents.open(source.content) as file:
            while block := file.read(_BLOCK):
                draft.write(block)

    def _source(self, request: Request, bucket: str, name: str) -> StoredObject:
        query = request.query_params
        found = self._state.objects.get(bucket, name, number(query, "sourceGeneration"))
        Conditions.of(query, "ifSource").check(found)
        return found

    def _component(self, bucket: str, part: Mapping[str, Any]) -> StoredObject:
        found = self._state.objects.get(bucket, str(part.get("name", "")), number(_texts(part), "generation"))
        Conditions.of(_texts(part.get("objectPreconditions") or {})).check(found)
        return found


def _texts(resource: Mapping[str, Any]) -> dict[str, str]:
    """JSON fields as the query parameters they otherwise are; nulls left out."""
    return {name: str(value) for name, value in resource.items() if value is not None}


def _rewritten(stored: StoredObject, request: Request) -> dict[str, Any]:
    return {
        "kind": "storage#rewriteResponse",
        "totalBytesRewritten": str(stored.size),
        "objectSize": str(stored.size),
        "done": True,
        "resource": stored.resource(origin(request)),
    }
