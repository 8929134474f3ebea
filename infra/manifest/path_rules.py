"""Rules about the paths of HTTP operations, alone and among each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from infra.manifest.model import Finding, file_of
from shared_layer.core.declaration import HttpOperation

PREFIXES: Final = ("/api/", "/docs", "/dashboard", "/openapi.json", "/status", "/t/", "/u/")
"""Where operations may live. One that ends in a slash stands for what is below it, any other for itself as well."""

_FIXED: Final = re.compile(r"^[A-Za-z0-9._~-]+(:[A-Za-z][A-Za-z0-9-]*)?$")
_PARAMETER: Final = re.compile(r"^\{([a-z_]+)\}(?::([A-Za-z][A-Za-z0-9-]*))?$")


def messages(path: str) -> Iterator[str]:
    """What is wrong with one path."""
    if not any(path.startswith(prefix) if prefix.endswith("/") else _below(path, prefix) for prefix in PREFIXES):
        yield f"path {path}: start it with one of {', '.join(PREFIXES)} (infra/manifest/path_rules.py)"
    if path.endswith("/"):
        yield f"path {path}: leave out the slash at the end"
        path = path.rstrip("/")
    segments = path.split("/")[1:]
    for position, segment in enumerate(segments):
        if _FIXED.match(segment):
            continue
        parameter = _PARAMETER.match(segment)
        if parameter is None:
            yield f"path {path}: write the segment {segment!r} as plain text, {{name}} or {{name}}:verb"
        elif parameter[2] and position < len(segments) - 1:
            yield f"path {path}: only the last segment may end in a verb"


def collisions(operations: Iterable[HttpOperation]) -> Iterator[Finding]:
    """Operations that take the same calls, and paths of which it depends on the reader which of them takes a call.

    Two paths that have no method in common take no call of each other's: the gateway compares methods, too.
    """
    taken: dict[tuple[str, str], HttpOperation] = {}
    shapes: dict[str, HttpOperation] = {}
    methods: defaultdict[str, set[str]] = defaultdict(set)
    for operation in operations:
        methods[operation.path].add(operation.method)
        shape = re.sub(r"\{[^}]*\}", "{}", operation.path)
        first = taken.setdefault((operation.method, shape), operation)
        if first is not operation:
            message = f"{operation.method} {operation.path} is taken by {file_of(first)} ({first.path}); change one"
            yield Finding(file_of(operation), message)
        spelled = shapes.setdefault(shape, operation)
        if spelled.path != operation.path and first is operation:
            message = f"path {operation.path}: name its parameters as {file_of(spelled)} does ({spelled.path})"
            yield Finding(file_of(operation), message)
    for one, other in combinations(shapes.values(), 2):
        shared = methods[one.path] & methods[other.path]
        if shared and _ambiguous(one.path.split("/"), other.path.split("/")):
            message = f"path {one.path} and {other.path} of {file_of(other)} fit the same calls; change one"
            yield Finding(file_of(one), message)


def _below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


def _ambiguous(one: list[str], other: list[str]) -> bool:
    """Whether some path fits both, and each is the more exact one in some segment."""
    if len(one) != len(other) or not all(map(_overlap, one, other)):
        return False
    ranks = [(_rank(a), _rank(b)) for a, b in zip(one, other, strict=True)]
    return any(a < b for a, b in ranks) and any(a > b for a, b in ranks)


def _rank(segment: str) -> int:
    """0 for fixed text, 1 for a parameter with a verb, 2 for a parameter."""
    return 0 if "{" not in segment else 1 if ":" in segment else 2


def _overlap(one: str, other: str) -> bool:
    exact, loose = sorted((one, other), key=_rank)
    verb = loose.partition("}")[2]
    if "{" not in loose:
        return exact == loose
    if "{" in exact:
        return verb in ("", exact.partition("}")[2])
    return exact.endswith(verb) and exact != verb
