"""What a request can fail with; the gRPC border turns each into its status code.

FirestoreError
├── InvalidArgument     the request can never succeed
├── NotFound            a document that had to exist does not
├── AlreadyExists       a document that had to be absent exists
├── FailedPrecondition  an update time, or a time to read at, does not fit
├── Aborted             contention: the client's retry loop begins the transaction again
└── Unimplemented       Firestore can, this server cannot
"""

from __future__ import annotations

import grpc


class FirestoreError(Exception):
    """A failure that the client is told of, with Google's code for it."""

    code: grpc.StatusCode = grpc.StatusCode.UNKNOWN

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidArgument(FirestoreError):
    """The request can never succeed."""

    code = grpc.StatusCode.INVALID_ARGUMENT


class NotFound(FirestoreError):
    """A document that had to exist does not."""

    code = grpc.StatusCode.NOT_FOUND


class AlreadyExists(FirestoreError):
    """A document that had to be absent exists."""

    code = grpc.StatusCode.ALREADY_EXISTS


class FailedPrecondition(FirestoreError):
    """An update time, or a time to read at, does not fit."""

    code = grpc.StatusCode.FAILED_PRECONDITION


class Aborted(FirestoreError):
    """Contention with another transaction; worth another attempt."""

    code = grpc.StatusCode.ABORTED


class Unimplemented(FirestoreError):
    """Firestore can do this, the local server cannot."""

    code = grpc.StatusCode.UNIMPLEMENTED
