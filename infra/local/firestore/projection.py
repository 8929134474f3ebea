"""A document cut down to the fields of a mask or a projection."""

from __future__ import annotations

from collections.abc import Sequence

from infra.local.firestore.field_paths import DOCUMENT_NAME, FieldPath, read_field, set_field
from infra.local.firestore.wire import Document


def project(body: bytes, paths: Sequence[FieldPath] | None) -> bytes:
    """The serialized document with only what lies at `paths`; None keeps all."""
    if paths is None:
        return body
    whole = Document.FromString(body)
    part = Document(name=whole.name, create_time=whole.create_time, update_time=whole.update_time)
    for path in paths:
        value = None if path == DOCUMENT_NAME else read_field(whole.fields, path)
        if value is not None:
            set_field(part.fields, path, value)
    return bytes(part.SerializeToString())
