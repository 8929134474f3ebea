"""What goes wrong, in the shape that Google's client turns back into its own exceptions.

    ApiError                       HTTP 400, reason "invalid"
    ├── NotFound                   404  notFound
    ├── AlreadyExists              409  duplicate
    ├── PreconditionFailed         412  conditionNotMet
    ├── InUse                      400  resourceInUse
    ├── InvalidQuery               400  invalidQuery
    ├── BytesBilledLimitExceeded   400  bytesBilledLimitExceeded
    └── Stopped                    400  stopped (a cancelled job)

Everything that a caller can cause is a 4xx: Google's client repeats 5xx answers for ten minutes.
Source: https://cloud.google.com/bigquery/docs/error-messages
"""

from __future__ import annotations

from typing import Any, ClassVar


class ApiError(Exception):
    """An answer other than 2xx. `location` names the field, parameter or part of the request at fault."""

    status: ClassVar[int] = 400
    reason: ClassVar[str] = "invalid"
    code: ClassVar[str] = "INVALID_ARGUMENT"

    def __init__(self, message: str, location: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location

    def proto(self) -> dict[str, str]:
        """Google's ErrorProto, as it stands in a job's status."""
        proto = {"reason": self.reason, "message": self.message}
        return proto | {"location": self.location} if self.location else proto

    def body(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            entry |= {"location": self.location, "locationType": "parameter"}
        return {"error": {"code": self.status, "message": self.message, "errors": [entry], "status": self.code}}


class NotFound(ApiError):
    status, reason, code = 404, "notFound", "NOT_FOUND"


class AlreadyExists(ApiError):
    status, reason, code = 409, "duplicate", "ALREADY_EXISTS"


class PreconditionFailed(ApiError):
    status, reason, code = 412, "conditionNotMet", "FAILED_PRECONDITION"


class InUse(ApiError):
    reason = "resourceInUse"


class InvalidQuery(ApiError):
    reason = "invalidQuery"

    def __init__(self, message: str, location: str | None = "query") -> None:
        super().__init__(message, location)


class BytesBilledLimitExceeded(ApiError):
    reason = "bytesBilledLimitExceeded"


class Stopped(ApiError):
    reason = "stopped"
