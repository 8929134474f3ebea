"""Resource names: which database, which collection, which document, and which of them are legal.

projects/{project}/databases/{database}/documents/{collection}/{id}/{collection}/{id}…
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from infra.local.firestore.errors import InvalidArgument

_ID_LIMIT = 1500
_RESERVED = re.compile(r"__.*__", re.DOTALL)
# Datastore's numeric ids may be documents' ids, and only theirs.
_NUMERIC_ID = re.compile(r"__id-?\d+__")
_DATABASE = re.compile(r"projects/[^/]+/databases/[^/]+")


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection: the ids under the database's root, `users` or `users/u1/posts`."""

    database: str
    path: str

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        """The path of the document that it hangs under; empty at the root."""
        return self.path.rpartition("/")[0]

    def document_name(self, document_id: str) -> str:
        return f"{self.database}/documents/{self.path}/{document_id}"


@dataclass(frozen=True, slots=True)
class DocumentPath:
    """One document: its whole resource name, and the parts that the store keys by."""

    name: str
    collection: Collection
    id: str

    @property
    def path(self) -> str:
        """The name below `documents/`, as events and patterns speak of it."""
        return f"{self.collection.path}/{self.id}"


@dataclass(frozen=True, slots=True)
class Parent:
    """What collections hang under: a database's root (`path` empty) or a document."""

    database: str
    path: str

    def collection(self, collection_id: str) -> Collection:
        check_collection_id(collection_id)
        return Collection(self.database, f"{self.path}/{collection_id}" if self.path else collection_id)


def check_database(name: str) -> str:
    """`name` itself, if it is `projects/{project}/databases/{database}`."""
    if not _DATABASE.fullmatch(name):
        raise InvalidArgument(f'Database name "{name}" is not "projects/{{project}}/databases/{{database}}".')
    return name


@lru_cache(maxsize=8192)
def parse_document(name: str) -> DocumentPath:
    """A document's name taken apart; INVALID_ARGUMENT where it names none."""
    database, segments = _split(name, "Document name")
    if len(segments) < 2 or len(segments) % 2:
        raise InvalidArgument(f'Document name "{name}" lacks "/" at index {len(name)}.')
    for collection_id, document_id in zip(segments[::2], segments[1::2], strict=True):
        check_collection_id(collection_id)
        check_document_id(document_id)
    return DocumentPath(name, Collection(database, "/".join(segments[:-1])), segments[-1])


@lru_cache(maxsize=8192)
def parse_parent(name: str) -> Parent:
    """A database's root or a document's name, as a place to look for collections under."""
    database, segments = _split(name, "Document parent name")
    if segments:
        parse_document(name)
    return Parent(database, "/".join(segments))


def parse_document_in(database: str, name: str) -> DocumentPath:
    """As `parse_document`, for a request that speaks of one database."""
    path = parse_document(name)
    if path.collection.database != database:
        raise InvalidArgument(f'Document name "{name}" does not belong to the database "{database}" of the request.')
    return path


def check_collection_id(collection_id: str) -> None:
    """INVALID_ARGUMENT unless a collection may be called so."""
    if collection_id in (".", "..") or "/" in collection_id or not collection_id:
        raise InvalidArgument(f'Collection id "{collection_id}" is invalid.')
    if _RESERVED.fullmatch(collection_id):
        raise InvalidArgument(f'Collection id "{collection_id}" is invalid because it is reserved.')
    if len(collection_id.encode()) > _ID_LIMIT:
        raise InvalidArgument(f"The key path element kind is longer than {_ID_LIMIT} bytes.")


def check_document_id(document_id: str) -> None:
    """INVALID_ARGUMENT unless a document may be called so."""
    if document_id in (".", "..") or "/" in document_id or not document_id:
        raise InvalidArgument(f'Resource id "{document_id}" is invalid.')
    if _RESERVED.fullmatch(document_id) and not _NUMERIC_ID.fullmatch(document_id):
        raise InvalidArgument(f'Resource id "{document_id}" is invalid because it is reserved.')
    if len(document_id.encode()) > _ID_LIMIT:
        raise InvalidArgument(f"The key path element name is longer than {_ID_LIMIT} bytes.")


def _split(name: str, what: str) -> tuple[str, list[str]]:
    """The database and the segments below `documents`."""
    parts = name.split("/")
    if len(parts) < 5 or parts[0] != "projects" or parts[2] != "databases" or parts[4] != "documents":
        raise InvalidArgument(f'{what} "{name}" is not "projects/{{project}}/databases/{{database}}/documents/…".')
    if not parts[1] or not parts[3]:
        raise InvalidArgument(f'{what} "{name}" lacks a project or a database.')
    if name.endswith("/"):
        raise InvalidArgument(f'{what} "{name}" is invalid: Omit trailing "/".')
    return "/".join(parts[:4]), parts[5:]
