"""An object as it is kept, and as the JSON resource that clients and events show."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

SETTABLE = frozenset(
    {
        "cacheControl",
        "contentDisposition",
        "contentEncoding",
        "contentLanguage",
        "contentType",
        "customTime",
        "eventBasedHold",
        "metadata",
        "storageClass",
        "temporaryHold",
    }
)
"""The fields of an object resource that its owner may set."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """`content` is the SHA-256 of its bytes; `md5` and `crc32c` are base64 as in the API; times in epoch seconds.

    A composed object has no `md5`, but the number of its `components`.
    """

    bucket: str
    name: str
    generation: int
    metageneration: int
    content: str
    size: int
    crc32c: str
    md5: str | None
    components: int | None
    created: float
    updated: float
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, row: sqlite3.Row) -> StoredObject:
        values = dict(row)
        return cls(**values | {"settings": json.loads(values["settings"])})

    @property
    def etag(self) -> str:
        return base64.b64encode(f"{self.generation}/{self.metageneration}".encode()).decode()

    @property
    def hashes(self) -> str:
        """For the X-Goog-Hash header."""
        return f"crc32c={self.crc32c}" + (f",md5={self.md5}" if self.md5 else "")

    def resource(self, origin: str) -> dict[str, Any]:
        """The storage#object resource, its links under `origin` (`http://127.0.0.1:9000`)."""
        path = f"/storage/v1/b/{self.bucket}/o/{quote(self.name, safe='')}"
        shown = {
            "kind": "storage#object",
            "id": f"{self.bucket}/{self.name}/{self.generation}",
            "selfLink": f"{origin}{path}",
            "mediaLink": f"{origin}/download{path}?generation={self.generation}&alt=media",
            "name": self.name,
            "bucket": self.bucket,
            "generation": str(self.generation),
            "metageneration": str(self.metageneration),
            "storageClass": "STANDARD",
            "size": str(self.size),
            "md5Hash": self.md5,
            "crc32c": self.crc32c,
            "componentCount": self.components,
            "etag": self.etag,
            "timeCreated": timestamp(self.created),
            "timeFinalized": timestamp(self.created),
            "timeStorageClassUpdated": timestamp(self.created),
            "updated": timestamp(self.updated),
            **self.settings,
        }
        return {name: value for name, value in shown.items() if value is not None}


def timestamp(moment: float) -> str:
    """RFC 3339 to the millisecond, as the API writes it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def settings_of(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What the caller may set among a resource's fields; nulls left out, metadata values as text."""
    settings = {name: value for name, value in resource.items() if name in SETTABLE and value is not None}
    if "metadata" in settings:
        settings["metadata"] = {key: str(value) for key, value in settings["metadata"].items() if value is not None}
    return settings
