"""What a handler's parameters mean, read once from its annotations when the function is declared."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from shared_layer.core.models import Query

IfMatch = NewType("IfMatch", int)
"""A parameter of this type is the version that the caller read, from If-Match; a call without it is refused (428)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A handler's parameters by role.

    `path` maps the names in the path's braces to their types; `body` and `query` are (parameter name, model type);
    `injected` maps further names to the types that the front door provides; `if_match` names the version parameter;
    `answer` is the return annotation.
    """

    path: Mapping[str, Any] = field(default_factory=dict)
    body: tuple[str, Any] | None = None
    query: tuple[str, type[Query]] | None = None
    injected: Mapping[str, type] = field(default_factory=dict)
    if_match: str | None = None
    answer: Any = None


def read_signature(
    handler: Callable[..., Any], path_parameters: tuple[str, ...], injectable: tuple[type, ...]
) -> Signature:
    """The signature of `handler` on a path with `path_parameters`; `injectable` are the types the door can provide.

    Raises TypeError, naming the parameter, where a parameter's role cannot be told.
    """
    hints = get_type_hints(handler, include_extras=True)
    path: dict[str, Any] = {}
    injected: dict[str, type] = {}
    body: tuple[str, Any] | None = None
    query: tuple[str, type[Query]] | None = None
    if_match: str | None = None
    for name in inspect.signature(handler).parameters:
        if name not in hints:
            raise TypeError(f"{handler.__name__}: annotate the parameter {name!r}")
        hint = hints[name]
        if name in path_parameters:
            path[name] = hint
        elif hint is IfMatch:
            if_match = name
        elif isinstance(hint, type) and issubclass(hint, Query):
            query = (name, hint)
        elif hint in injectable:
            injected[name] = hint
        elif _is_model(hint) and body is None:
            body = (name, hint)
        else:
            raise TypeError(
                f"{handler.__name__}: {name!r} is neither in the path nor a model nor one of "
                + ", ".join(kind.__name__ for kind in injectable)
            )
    if missing := set(path_parameters) - set(path):
        raise TypeError(f"{handler.__name__}: the path names {sorted(missing)}, the function does not take them")
    return Signature(path, body, query, injected, if_match, hints.get("return"))


def _is_model(hint: Any) -> bool:
    """Whether `hint` is a pydantic model, a list of models or a union of models."""
    if isinstance(hint, type) and get_origin(hint) is None:
        return issubclass(hint, BaseModel)
    if get_origin(hint) in (Union, UnionType, list):
        return all(argument is type(None) or _is_model(argument) for argument in get_args(hint))
    if hasattr(hint, "__metadata__"):
        return _is_model(hint.__origin__)
    return isinstance(get_origin(hint), type) and issubclass(get_origin(hint), BaseModel)
