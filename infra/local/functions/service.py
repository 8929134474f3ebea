"""google.cloud.functions.v2.FunctionService, ListFunctions and GetFunction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import grpc

from infra.local.functions.filters import FilterError, matches
from infra.local.functions.resource import function_resource
from infra.local.functions.wire import message_class

_NAME = "google.cloud.functions.v2.FunctionService"
_PARENT = re.compile(r"projects/[^/]+/locations/[^/]+")
_LARGEST_PAGE = 1000
_ListFunctionsRequest = message_class("ListFunctionsRequest")
_ListFunctionsResponse = message_class("ListFunctionsResponse")
_GetFunctionRequest = message_class("GetFunctionRequest")

Catalogue = Callable[[], Iterable[Mapping[str, Any]]]
"""What runs now; each entry as `function_resource` takes it."""


class FunctionsService:
    """Lists the catalogue, which is asked anew for every call. `locations/-` means every location, as at Google."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def register(self, server: grpc.aio.Server) -> None:
        """Add the service to a server that has not started yet."""
        handlers = {
            "ListFunctions": grpc.unary_unary_rpc_method_handler(
                self._list, _ListFunctionsRequest.FromString, _ListFunctionsResponse.SerializeToString
            ),
            "GetFunction": grpc.unary_unary_rpc_method_handler(
                self._get, _GetFunctionRequest.FromString, message_class("Function").SerializeToString
            ),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_NAME, handlers),))

    async def _list(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        if not _PARENT.fullmatch(request.parent):
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"parent {request.parent!r} must be projects/PROJECT/locations/LOCATION.",
            )
        try:
            found = [entry for entry in self._under(request.parent) if matches(entry, request.filter)]
        except FilterError as refused:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(refused))
        size = min(request.page_size or _LARGEST_PAGE, _LARGEST_PAGE)
        rest = [entry for entry in found if entry["name"] > request.page_token]
        page = rest[:size]
        return _ListFunctionsResponse(
            functions=[function_resource(entry) for entry in page],
            next_page_token=page[-1]["name"] if len(rest) > size else "",
        )

    async def _get(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        for entry in self._catalogue():
            if entry["name"] == request.name:
                return function_resource(entry)
        return await context.abort(grpc.StatusCode.NOT_FOUND, f"Function {request.name} not found.")

    def _under(self, parent: str) -> list[Mapping[str, Any]]:
        _, project, _, location = parent.split("/")
        anywhere = "[^/]+" if location == "-" else re.escape(location)
        wanted = re.compile(f"projects/{re.escape(project)}/locations/{anywhere}/functions/.+")
        return sorted(
            (entry for entry in self._catalogue() if wanted.fullmatch(entry["name"])),
            key=lambda entry: str(entry["name"]),
        )
