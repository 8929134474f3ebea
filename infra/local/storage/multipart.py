"""The body of a multipart upload: one part of metadata, one of media (RFC 2387)."""

from __future__ import annotations

import email.message
import email.parser
import json
from typing import Any

from infra.local.storage.errors import BadRequest


def split_multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], str | None, bytes]:
    """The object resource as given, the media's content type and its bytes. Raises BadRequest."""
    header = email.message.Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_maintype() != "multipart" or not isinstance(boundary, str):
        raise BadRequest("A multipart upload needs Content-Type: multipart/related; boundary=…")
    marker = b"--" + boundary.encode("latin-1")
    # The media may hold anything, also the marker within a line: only at a line's begin does it separate.
    parts = (b"\r\n" + body).split(b"\r\n" + marker)
    if len(parts) != 4 or not parts[3].startswith(b"--"):
        raise BadRequest("A multipart upload has exactly two parts, metadata and media.")
    _, metadata = _part(parts[1])
    headers, media = _part(parts[2])
    try:
        resource = json.loads(metadata or b"{}")
    except ValueError as broken:
        raise BadRequest("The metadata part is not JSON.") from broken
    if not isinstance(resource, dict):
        raise BadRequest("The metadata part is not a JSON object.")
    return resource, headers["Content-Type"], media


def _part(raw: bytes) -> tuple[email.message.Message, bytes]:
    head, found, content = raw.partition(b"\r\n\r\n")
    if not found:
        raise BadRequest("A part of the multipart body has no headers.")
    return email.parser.BytesParser().parsebytes(head.lstrip(b"\r\n") + b"\r\n\r\n", headersonly=True), content
