"""A trigger: which events it wants, and where they go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.changes import Change
from infra.local.eventarc.errors import InvalidArgument
from infra.local.eventarc.pattern import matches

_PATH_PATTERN = "match-path-pattern"
_TRIGGER_ID = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DOCUMENT = "google.cloud.firestore.document.v1."
_WITH_AUTH = ".withAuthContext"
_WRITES = frozenset({"created", "updated", "deleted"})


@dataclass(frozen=True, slots=True)
class EventFilter:
    """One condition on an attribute of the event."""

    attribute: str
    value: str
    is_pattern: bool

    def accepts(self, attributes: Mapping[str, str]) -> bool:
        actual = attributes.get(self.attribute)
        if actual is None:
            return False
        return matches(self.value, actual) if self.is_pattern else actual == self.value


@dataclass(frozen=True, slots=True)
class Trigger:
    """A parsed trigger; `resource` is the JSON that the API shows, of Eventarc's shape."""

    name: str
    event_type: str
    filters: tuple[EventFilter, ...]
    endpoint: str
    service_account: str
    resource: dict[str, Any]

    @property
    def document_pattern(self) -> str | None:
        """Which Firestore documents it watches; None if it is not a Firestore trigger."""
        if not self.event_type.startswith(_DOCUMENT):
            return None
        return next((condition.value for condition in self.filters if condition.attribute == "document"), "**")

    def event_for(self, change: Change) -> dict[str, str] | None:
        """The attributes of the event that this change is to this trigger, or None if it does not want it."""
        if not _type_fits(self.event_type, change.attributes.get("type", "")):
            return None
        if not all(condition.accepts(change.attributes) for condition in self.filters):
            return None
        return {**change.attributes, "type": self.event_type}


def parse(name: str, resource: Mapping[str, Any]) -> Trigger:
    """Read a trigger of Eventarc's JSON shape. Raises InvalidArgument with what is wrong."""
    if not _TRIGGER_ID.fullmatch(name.rpartition("/")[2]):
        raise InvalidArgument("triggerId: lower-case letters, digits and hyphens, beginning with a letter, at most 63.")
    conditions = [_condition(item) for item in _list(resource.get("eventFilters"), "eventFilters")]
    types = [condition.value for condition in conditions if condition.attribute == "type"]
    if len(types) != 1:
        raise InvalidArgument("eventFilters: exactly one filter must be on the attribute type.")
    return Trigger(
        name=name,
        event_type=types[0],
        filters=tuple(condition for condition in conditions if condition.attribute != "type"),
        endpoint=_endpoint(resource.get("destination")),
        service_account=str(resource.get("serviceAccount", "")),
        resource={**resource, "name": name},
    )


def _type_fits(wanted: str, actual: str) -> bool:
    if wanted == actual:
        return True
    if not wanted.startswith(_DOCUMENT) or not actual.startswith(_DOCUMENT):
        return False
    # The same change is `updated` and `written`, and each also in a flavour that tells who made it.
    kind = wanted.removeprefix(_DOCUMENT).removesuffix(_WITH_AUTH)
    happened = actual.removeprefix(_DOCUMENT).removesuffix(_WITH_AUTH)
    return kind == happened or (kind == "written" and happened in _WRITES)


def _condition(item: Any) -> EventFilter:
    if not isinstance(item, Mapping) or not item.get("attribute") or not item.get("value"):
        raise InvalidArgument("eventFilters: each filter needs an attribute and a value.")
    operator = item.get("operator", "")
    if operator not in ("", _PATH_PATTERN):
        raise InvalidArgument(f"eventFilters: the operator must be {_PATH_PATTERN} or absent, not {operator!r}.")
    return EventFilter(str(item["attribute"]), str(item["value"]), is_pattern=operator == _PATH_PATTERN)


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise InvalidArgument(f"{field}: must be a list of at least one.")
    return value


def _endpoint(destination: Any) -> str:
    endpoint = destination.get("httpEndpoint") if isinstance(destination, Mapping) else None
    uri = endpoint.get("uri") if isinstance(endpoint, Mapping) else None
    if not isinstance(uri, str) or not uri.startswith(("http://", "https://")):
        raise InvalidArgument("destination.httpEndpoint.uri: must be the http(s) URL of the function.")
    return uri
