"""The event types of the platform: a pydantic model each, with a version; older versions are upcast on reading.

A published version is never changed. A new one gets a new model, the next number, and an `upcast` from the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from shared_layer.core.models import Model


class EventPayload(Model):
    """The base of all payloads. `event_type` and `schema_version` are the type's name and number."""

    event_type: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1


EVENT_TYPES: dict[str, type[EventPayload]] = {}
UPCASTS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}

Payload = TypeVar("Payload", bound=type[EventPayload])


def event_type(name: str, version: int = 1) -> Callable[[Payload], Payload]:
    """Register a payload model as the current version of an event type. Raises ValueError where two claim one name."""

    def register(model: Payload) -> Payload:
        if name in EVENT_TYPES and EVENT_TYPES[name].__qualname__ != model.__qualname__:
            raise ValueError(f"the event type {name!r} is taken by {EVENT_TYPES[name].__qualname__}")
        model.event_type = name
        model.schema_version = version
        EVENT_TYPES[name] = model
        return model

    return register


def upcast(name: str, from_version: int) -> Callable[[Callable[[dict[str, Any]], dict[str, Any]]], None]:
    """Register how a payload of `from_version` becomes one of the next version."""

    def register(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        UPCASTS[name, from_version] = change

    return register


def read_payload(name: str, version: int, payload: dict[str, Any]) -> EventPayload:
    """The payload as its current model, upcast where it is older.

    Raises LookupError for an unknown type or a version from the future, ValidationError where it does not fit.
    """
    model = EVENT_TYPES.get(name)
    if model is None:
        raise LookupError(f"unknown event type {name!r}")
    if version > model.schema_version:
        raise LookupError(f"{name!r} version {version} is newer than this deployment knows ({model.schema_version})")
    while version < model.schema_version:
        change = UPCASTS.get((name, version))
        if change is None:
            raise LookupError(f"no upcast of {name!r} from version {version}")
        payload, version = change(payload), version + 1
    return model.model_validate(payload)
