"""The triggers API: projects.locations.triggers of eventarc.googleapis.com/v1, as far as a deployment needs it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.eventarc.errors import EventarcError, InvalidArgument

_TRIGGERS = "/v1/projects/{project}/locations/{location}/triggers"
_CHANGEABLE = frozenset({"eventFilters", "destination", "serviceAccount", "labels"})
_TYPE = "type.googleapis.com/google.cloud.eventarc.v1.Trigger"

_Endpoint = Callable[[Request], Awaitable[Response]]


class Triggers(Protocol):
    """What the API works on."""

    def create(self, name: str, resource: dict[str, Any]) -> dict[str, Any]: ...

    def get(self, name: str) -> dict[str, Any]: ...

    def list(self, parent: str) -> list[dict[str, Any]]: ...

    async def update(self, name: str, changes: Mapping[str, Any]) -> dict[str, Any]: ...

    async def delete(self, name: str) -> dict[str, Any]: ...


def trigger_routes(triggers: Triggers) -> list[BaseRoute]:
    """Routes that create, list, get, change and delete. All changes answer with an operation that is already done."""

    async def create(request: Request) -> Response:
        trigger_id = request.query_params.get("triggerId")
        if not trigger_id:
            raise InvalidArgument("triggerId: is required.")
        return _done(triggers.create(f"{_parent(request)}/triggers/{trigger_id}", await _json(request)))

    async def listing(request: Request) -> Response:
        return JSONResponse({"triggers": triggers.list(_parent(request))})

    async def get(request: Request) -> Response:
        return JSONResponse(triggers.get(_name(request)))

    async def patch(request: Request) -> Response:
        return _done(await triggers.update(_name(request), _masked(await _json(request), request)))

    async def delete(request: Request) -> Response:
        return _done(await triggers.delete(_name(request)))

    return [
        Route(_TRIGGERS, _answering(create), methods=["POST"]),
        Route(_TRIGGERS, _answering(listing), methods=["GET"]),
        Route(f"{_TRIGGERS}/{{trigger}}", _answering(get), methods=["GET"]),
        Route(f"{_TRIGGERS}/{{trigger}}", _answering(patch), methods=["PATCH"]),
        Route(f"{_TRIGGERS}/{{trigger}}", _answering(delete), methods=["DELETE"]),
    ]


def _answering(endpoint: _Endpoint) -> _Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except EventarcError as error:
            problem = {"code": error.status, "message": str(error), "status": error.code}
            return JSONResponse({"error": problem}, status_code=error.status)

    return answer


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except json.JSONDecodeError as error:
        raise InvalidArgument(f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise InvalidArgument("The body must be a trigger.")
    return body


def _masked(resource: dict[str, Any], request: Request) -> dict[str, Any]:
    """The fields that shall change: those of updateMask, or without one (or with `*`) all that are given."""
    mask = [name for name in request.query_params.get("updateMask", "*").split(",") if name]
    names = _CHANGEABLE & resource.keys() if mask == ["*"] else mask
    if unknown := sorted(set(names) - _CHANGEABLE):
        raise InvalidArgument(f"updateMask: {', '.join(unknown)} cannot be changed.")
    return {name: resource.get(name) for name in names}


def _parent(request: Request) -> str:
    return "projects/{project}/locations/{location}".format(**request.path_params)


def _name(request: Request) -> str:
    return f"{_parent(request)}/triggers/{request.path_params['trigger']}"


def _done(resource: dict[str, Any]) -> Response:
    parent, _, trigger = resource["name"].partition("/triggers/")
    operation = {
        "name": f"{parent}/operations/operation-{trigger}",
        "done": True,
        "response": {"@type": _TYPE, **resource},
    }
    return JSONResponse(operation)
