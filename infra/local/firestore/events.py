"""One document's change as the `DocumentEventData` that a trigger receives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from infra.local.firestore.field_paths import FieldPath, format_field_path
from infra.local.firestore.paths import DocumentPath
from infra.local.firestore.value_order import is_vector
from infra.local.firestore.wire import Document, Value, embed

# Field numbers of google.events.cloud.firestore.v1.DocumentEventData.
_VALUE = 1
_OLD_VALUE = 2
_UPDATE_MASK = 3
_FIELD_PATHS = 1


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document before and after a commit, in both forms; None where it did not exist."""

    path: DocumentPath
    old: Document | None
    new: Document | None
    old_body: bytes | None
    new_body: bytes | None

    @property
    def kind(self) -> str:
        if self.old is None:
            return "created"
        return "deleted" if self.new is None else "updated"

    def data(self) -> bytes:
        """The serialized event; its Document has Firestore's wire format, so stored bytes go in as they are."""
        data = b""
        if self.new_body is not None:
            data += embed(_VALUE, self.new_body)
        if self.old_body is not None:
            data += embed(_OLD_VALUE, self.old_body)
        if self.old is not None and self.new is not None:
            paths = changed_paths(self.old.fields, self.new.fields)
            mask = b"".join(embed(_FIELD_PATHS, format_field_path(path).encode()) for path in sorted(paths))
            data += embed(_UPDATE_MASK, mask)
        return data


def changed_paths(old: Mapping[str, Value], new: Mapping[str, Value], prefix: FieldPath = ()) -> Iterator[FieldPath]:
    """The deepest field paths at which `old` and `new` differ."""
    for name in {*old, *new}:
        path = (*prefix, name)
        if name not in old or name not in new:
            yield path
        elif old[name] != new[name]:
            if _is_map(old[name]) and _is_map(new[name]):
                yield from changed_paths(old[name].map_value.fields, new[name].map_value.fields, path)
            else:
                yield path


def _is_map(value: Value) -> bool:
    return bool(value.WhichOneof("value_type") == "map_value") and not is_vector(value)
