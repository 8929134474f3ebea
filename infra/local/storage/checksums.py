"""The checksums that a caller announced, against those of what arrived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from infra.local.storage.contents import Content
from infra.local.storage.errors import BadRequest


def announced(resource: Mapping[str, object], hash_headers: Iterable[str]) -> dict[str, str]:
    """md5 and crc32c (base64) out of an object resource and the X-Goog-Hash headers (`crc32c=…,md5=…`)."""
    found = {
        name: str(resource[field]) for name, field in (("md5", "md5Hash"), ("crc32c", "crc32c")) if resource.get(field)
    }
    for header in hash_headers:
        for entry in header.split(","):
            name, _, value = entry.strip().partition("=")
            if name in ("md5", "crc32c"):
                found[name] = value
    return found


def check(content: Content, expected: Mapping[str, str]) -> None:
    """Raises BadRequest where a sum differs: the object is then not created."""
    actual = {"md5": content.md5, "crc32c": content.crc32c}
    for name, value in expected.items():
        if actual[name] != value:
            label = name.upper()
            raise BadRequest(
                f'Provided {label} hash "{value}" doesn\'t match calculated {label} hash "{actual[name]}".'
            )
