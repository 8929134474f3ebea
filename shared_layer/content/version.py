"""The versions of a piece: what each save left, who saved it, and what changed between two."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BeforeValidator, Field

from shared_layer.content.piece import Text
from shared_layer.core.models import Model, PageQuery, Query, whole_number
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "content_versions"
Number = Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=1_000_000)]


class Version(Model):
    """A version without its text. `restored_from` names the one whose text it took over."""

    piece_id: str
    number: int
    saved_by: str
    saved_at: datetime
    changed: list[str]
    note: str = ""
    restored_from: int | None = None


class ContentVersion(Version):
    """A version with its text."""

    text: Text


class VersionFilter(PageQuery):
    """All versions of a piece, the newest first."""


class Compared(Query):
    """Which two versions. Left out: the newest, and the one before it."""

    base: Number | None = None
    to: Number | None = None


class FieldDiff(Model):
    """One field in two versions: as values, and for texts as a unified diff of its lines."""

    field: str
    before: Any = None
    after: Any = None
    diff: list[str] | None = None


class Diff(Model):
    """What two versions of a piece differ in."""

    piece_id: str
    base: int
    to: int
    fields: list[FieldDiff]


def version_document(tenant_id: str, piece_id: str, number: int) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_versions/{piece}:{number}`."""
    return tenant_document(tenant_id, COLLECTION, f"{piece_id}:{number:07d}")


def changed_fields(before: Text | None, after: Text) -> list[str]:
    """The names of the fields that differ; all of a first version."""
    old = before.model_dump() if before else {}
    return [name for name, value in after.model_dump().items() if before is None or old[name] != value]


def compared(piece_id: str, base: ContentVersion, to: ContentVersion) -> Diff:
    """The difference of two versions, leaf by leaf; a list is one leaf where its length changed."""
    old, new = _leaves(base.text.model_dump(mode="json")), _leaves(to.text.model_dump(mode="json"))
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    fields = [_field(name, old.get(name), new.get(name)) for name in names]
    return Diff(piece_id=piece_id, base=base.number, to=to.number, fields=fields)


def _leaves(value: Any, name: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        parts = ((str(number), item) for number, item in enumerate(value))  # type: ignore[assignment]
    else:
        return {name: value}
    return {key: leaf for part, item in parts for key, leaf in _leaves(item, f"{name}.{part}".lstrip(".")).items()}


def _field(name: str, before: Any, after: Any) -> FieldDiff:
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > 60:
        lines = difflib.unified_diff(_lines(before), _lines(after), "before", "after", lineterm="", n=1)
        return FieldDiff(field=name, diff=list(lines)[2:])
    return FieldDiff(field=name, before=before, after=after)


def _lines(text: str) -> list[str]:
    """A text line by line, markup also where a block ends."""
    return text.replace("</p>", "</p>\n").replace("</li>", "</li>\n").replace("<h", "\n<h").splitlines()
