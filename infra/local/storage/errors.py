"""What a call to Cloud Storage can be refused with.

StorageError
├── NotModified         304  the condition on reading holds: nothing new
├── BadRequest          400  the request itself is wrong, or a checksum does not match what arrived
├── Forbidden           403  a signed URL whose signature does not fit
├── NotFound            404  no such bucket, object, generation or upload
├── Conflict            409  the bucket exists, or is not empty
├── PreconditionFailed  412  an if…Match condition does not hold
├── RangeNotSatisfiable 416  the range begins behind the object's end
└── UploadBusy          503  another request writes to the same upload now
"""

from __future__ import annotations

from typing import ClassVar


class StorageError(Exception):
    """A refusal; `reason` is the word that Google's clients read in `error.errors[0].reason`."""

    status: ClassVar[int] = 500
    reason: ClassVar[str] = "internalError"


class NotModified(StorageError):
    status, reason = 304, "notModified"


class BadRequest(StorageError):
    status, reason = 400, "invalid"


class Forbidden(StorageError):
    status, reason = 403, "forbidden"


class NotFound(StorageError):
    status, reason = 404, "notFound"


class Conflict(StorageError):
    status, reason = 409, "conflict"


class PreconditionFailed(StorageError):
    status, reason = 412, "conditionNotMet"


class RangeNotSatisfiable(StorageError):
    status, reason = 416, "requestedRangeNotSatisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(f"The requested range cannot be satisfied: the object has {size} bytes.")
        self.size = size


class UploadBusy(StorageError):
    status, reason = 503, "backendError"
