"""Media uploads as Google's clients make them: multipart in one request, or resumable in chunks.

Source: https://cloud.google.com/bigquery/docs/reference/api-uploads
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import orjson

from infra.local.bigquery.errors import ApiError, NotFound

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)\Z")
_MAX_SESSIONS = 64


@dataclass(slots=True)
class Upload:
    """A resumable upload under way: the job that is to be made of it and the bytes so far."""

    project: str
    job: dict[str, Any]
    data: bytearray = field(default_factory=bytearray)


class Uploads:
    def __init__(self) -> None:
        self._open: dict[str, Upload] = {}

    def begin(self, project: str, job: dict[str, Any]) -> str:
        """Open a resumable upload; return its id."""
        while len(self._open) >= _MAX_SESSIONS:
            self._open.pop(next(iter(self._open)))
        upload_id = uuid.uuid4().hex
        self._open[upload_id] = Upload(project, job)
        return upload_id

    def receive(self, upload_id: str, content_range: str | None, data: bytes) -> tuple[Upload, bool]:
        """Take a chunk; return the upload and whether it is complete."""
        upload = self._open.get(upload_id)
        if upload is None:
            raise NotFound(f"Not found: Upload {upload_id}")
        start, whole = _read_range(content_range, len(upload.data))
        if start > len(upload.data):
            raise ApiError(f"Invalid Content-Range: expected to continue at byte {len(upload.data)}")
        del upload.data[start:]
        upload.data += data
        done = content_range is None or whole == len(upload.data)
        if done:
            del self._open[upload_id]
        return upload, done


def split_multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], bytes]:
    """The job and the data of a multipart/related body."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise ApiError("A multipart upload needs a boundary in its Content-Type")
    parts = body.split(b"--" + found[1].encode())[1:-1]
    if len(parts) != 2:
        raise ApiError("A multipart upload has two parts: the job and its data")
    job, data = (part.removeprefix(b"\r\n").partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts)
    try:
        return orjson.loads(job), data
    except orjson.JSONDecodeError:
        raise ApiError("Invalid JSON payload received.") from None


def _read_range(text: str | None, received: int) -> tuple[int, int | None]:
    """Where a chunk begins and how long the whole is, if that is known."""
    if text is None:
        return 0, None
    found = _RANGE.match(text)
    if found is None:
        raise ApiError(f"Invalid Content-Range: {text}")
    start = received if found[1] is None else int(found[1])
    return start, None if found[3] == "*" else int(found[3])
