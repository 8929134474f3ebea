"""The errors that a caller can meet, each with the gRPC status that Google gives.

PubSubError
├── NotFound             NOT_FOUND            a topic, subscription or snapshot that does not exist
├── AlreadyExists        ALREADY_EXISTS       a name that is taken
├── InvalidArgument      INVALID_ARGUMENT     a request that breaks a documented rule
├── FailedPrecondition   FAILED_PRECONDITION  a request that does not fit the subscription's state
├── Unavailable          UNAVAILABLE          a stream that has to be opened again
└── NotOffered           UNIMPLEMENTED        a feature of Google's that this local service does not have
"""

from __future__ import annotations

from typing import ClassVar

import grpc


class PubSubError(Exception):
    """A request that is answered with `status` and this message."""

    status: ClassVar[grpc.StatusCode]


class NotFound(PubSubError):
    status = grpc.StatusCode.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(f"Resource not found (resource={name.rpartition('/')[2]}).")


class AlreadyExists(PubSubError):
    status = grpc.StatusCode.ALREADY_EXISTS

    def __init__(self, name: str) -> None:
        super().__init__(f"Resource already exists in the project (resource={name.rpartition('/')[2]}).")


class InvalidArgument(PubSubError):
    status = grpc.StatusCode.INVALID_ARGUMENT


class FailedPrecondition(PubSubError):
    status = grpc.StatusCode.FAILED_PRECONDITION


class Unavailable(PubSubError):
    status = grpc.StatusCode.UNAVAILABLE


class NotOffered(PubSubError):
    status = grpc.StatusCode.UNIMPLEMENTED
