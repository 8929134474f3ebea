"""One `Write` applied to one document, in memory: precondition, set or merge or delete, then the transforms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.firestore.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from infra.local.firestore.field_paths import parse_field_path, read_field, remove_field, set_field
from infra.local.firestore.limits import admit
from infra.local.firestore.paths import DocumentPath
from infra.local.firestore.reader import StoredDocument
from infra.local.firestore.transforms import apply_transform
from infra.local.firestore.wire import Document, Value, Write


@dataclass(slots=True)
class Draft:
    """A document on its way through a commit: as it was stored, and as the writes so far leave it."""

    path: DocumentPath
    stored: StoredDocument | None
    old: Document | None
    new: Document | None

    @classmethod
    def of(cls, path: DocumentPath, stored: StoredDocument | None) -> Draft:
        document = None if stored is None else Document.FromString(stored.body)
        return cls(path, stored, document, document)

    @property
    def changed(self) -> bool:
        return bool(self.old != self.new)


def target(write: Write) -> str:
    """The name of the document that `write` is about."""
    operation = write.WhichOneof("operation")
    if operation == "update":
        return str(write.update.name)
    if operation == "delete":
        return str(write.delete)
    if operation == "transform":
        return str(write.transform.document)
    raise InvalidArgument("empty write operation")


def apply_write(draft: Draft, write: Write, moment: int) -> list[Value]:
    """Take `write` into `draft` at `moment`; the transform results. What `draft.old` holds is never altered."""
    _check_precondition(draft, write.current_document)
    operation = write.WhichOneof("operation")
    if operation == "delete":
        draft.new = None
        return []
    transforms: Sequence[Any] = write.update_transforms
    if operation == "transform":
        transforms = write.transform.field_transforms
        if not transforms:
            raise InvalidArgument("The list of FieldTransform must not be empty.")
        result = _copy(draft)
    elif write.HasField("update_mask"):
        result = _merge(draft, write)
    else:
        result = _replace(draft, write)
    results = [apply_transform(result.fields, transform, moment) for transform in transforms]
    admit(result)
    draft.new = result
    return results


def _copy(draft: Draft) -> Document:
    result = Document(name=draft.path.name)
    if draft.new is not None:
        result.CopyFrom(draft.new)
    return result


def _merge(draft: Draft, write: Write) -> Document:
    result = _copy(draft)
    for text in write.update_mask.field_paths:
        path = parse_field_path(text)
        value = read_field(write.update.fields, path)
        if value is None:
            remove_field(result.fields, path)
        else:
            set_field(result.fields, path, value)
    return result


def _replace(draft: Draft, write: Write) -> Document:
    result: Document = write.update
    # The times are the server's to say; equal ones let a write that changes nothing be seen as such.
    for field in ("create_time", "update_time"):
        result.ClearField(field)
        if draft.new is not None and draft.new.HasField(field):
            getattr(result, field).CopyFrom(getattr(draft.new, field))
    return result


def _check_precondition(draft: Draft, precondition: Any) -> None:
    condition = precondition.WhichOneof("condition_type")
    if condition == "exists":
        if precondition.exists and draft.new is None:
            raise NotFound(f"No document to update: {draft.path.name}")
        if not precondition.exists and draft.new is not None:
            raise AlreadyExists(f"Document already exists: {draft.path.name}")
    elif condition == "update_time":
        wanted = precondition.update_time
        required = wanted.seconds * 1_000_000 + wanted.nanos // 1000
        version = draft.stored.update_time if draft.stored is not None else 0
        if version != required:
            raise FailedPrecondition(
                f"the stored version ({version}) does not match the required base version ({required})"
            )
