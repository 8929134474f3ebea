"""A finalized object, as Eventarc tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object of Cloud Storage: `size` in bytes, `metadata` as its uploader set it."""

    bucket: str
    name: str
    generation: int
    size: int
    content_type: str
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> ObjectChange:
        """From the JSON resource in the event's body. Raises KeyError or ValueError where it is none."""
        return cls(
            bucket=resource["bucket"],
            name=resource["name"],
            generation=int(resource["generation"]),
            size=int(resource["size"]),
            content_type=resource.get("contentType", "application/octet-stream"),
            metadata=resource.get("metadata") or {},
        )
