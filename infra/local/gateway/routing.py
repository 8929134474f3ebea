"""Which operation of the specification a call belongs to.

Rules, as ESPv2 has them (the proxy inside API Gateway; its route order is that of `src/go/util/httppattern`):

* a parameter is one whole segment, never empty; it may be followed by a custom verb (`/campaigns/{id}:launch`);
* segment by segment from the left, fixed text goes before a custom verb, and that before a parameter;
* methods are compared after paths, so that a path that exists under another method answers 405;
* case counts, and one slash at the end is ignored.

Paths are compared as they were sent, undecoded. `.` and `..` are no parameter values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options")
DEFAULT_DEADLINE: Final = 15.0

_PARAMETER: Final = re.compile(r"^\{[A-Za-z_][A-Za-z0-9_]*\}(?::([A-Za-z][A-Za-z0-9_-]*))?$")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `deadline` is in seconds; `audience` is None where the backend gets no token."""

    operation_id: str
    address: str
    host: bytes
    base_path: str
    deadline: float
    audience: str | None


@dataclass(slots=True)
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    verbs: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


class RoutingTable:
    """The routes of one OpenAPI 2.0 document. Never changed once built.

    Raises ValueError, naming the path, for what API Gateway would refuse or this gateway does not execute.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._root = _Node()
        base = str(spec.get("basePath", "")).rstrip("/")
        for path, item in spec.get("paths", {}).items():
            node = self._node(base + path)
            for method in METHODS:
                if method in item:
                    node.routes[method.upper()] = _route(path, item[method], spec)

    def find(self, method: str, path: str) -> tuple[Route | None, list[str]]:
        """The route of a call. Where there is none: the methods that the path has, or an empty list."""
        segments = path.split("/")[1:]
        if len(segments) > 1 and not segments[-1]:
            segments.pop()
        allowed: set[str] = set()
        for routes in _leaves(self._root, segments, 0):
            route = routes.get(method)
            if route is not None:
                return route, []
            allowed.update(routes)
        return None, sorted(allowed)

    def _node(self, path: str) -> _Node:
        node = self._root
        segments = path.split("/")[1:]
        for position, segment in enumerate(segments):
            if "{" not in segment and "}" not in segment:
                node = node.fixed.setdefault(segment, _Node())
                continue
            match = _PARAMETER.match(segment)
            if match is None or (match[1] and position < len(segments) - 1):
                raise ValueError(f"{path}: a parameter is a whole segment; only the last one may end in a :verb")
            if match[1]:
                node = node.verbs.setdefault(match[1], _Node())
            else:
                node.parameter = node.parameter or _Node()
                node = node.parameter
        return node


def _leaves(node: _Node, segments: list[str], position: int) -> Iterator[dict[str, Route]]:
    """The routes of every path that fits, in the order in which they count."""
    if position == len(segments):
        if node.routes:
            yield node.routes
        return
    segment = segments[position]
    if (child := node.fixed.get(segment)) is not None:
        yield from _leaves(child, segments, position + 1)
    if node.verbs and position == len(segments) - 1:
        value, _, verb = segment.rpartition(":")
        if value and (child := node.verbs.get(verb)) is not None:
            yield child.routes
    if node.parameter is not None and segment and segment not in (".", ".."):
        yield from _leaves(node.parameter, segments, position + 1)


def _route(path: str, operation: Mapping[str, Any], spec: Mapping[str, Any]) -> Route:
    backend = operation.get("x-google-backend") or spec.get("x-google-backend")
    if not backend or "address" not in backend:
        raise ValueError(f"{path}: no x-google-backend says where to send it")
    if backend.get("path_translation", "APPEND_PATH_TO_ADDRESS") != "APPEND_PATH_TO_ADDRESS":
        raise ValueError(f"{path}: only path_translation APPEND_PATH_TO_ADDRESS is executed here")
    address = str(backend["address"])
    parts = urlsplit(address)
    return Route(
        operation_id=str(operation.get("operationId", path)),
        address=address,
        host=parts.netloc.encode(),
        base_path=parts.path.rstrip("/"),
        deadline=float(backend.get("deadline", DEFAULT_DEADLINE)),
        audience=None if backend.get("disable_auth") else str(backend.get("jwt_audience", address)),
    )
