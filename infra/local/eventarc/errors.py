"""The errors of the triggers API.

EventarcError
├── InvalidArgument  400  the trigger breaks a rule; the message says which
├── NotFound         404  there is no such trigger
└── AlreadyExists    409  the trigger's name is taken
"""

from __future__ import annotations

from typing import ClassVar


class EventarcError(Exception):
    """A request that is answered with `status` in Google's JSON form of an error."""

    status: ClassVar[int]
    code: ClassVar[str]


class InvalidArgument(EventarcError):
    status, code = 400, "INVALID_ARGUMENT"


class NotFound(EventarcError):
    status, code = 404, "NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f"Resource '{name}' was not found")


class AlreadyExists(EventarcError):
    status, code = 409, "ALREADY_EXISTS"

    def __init__(self, name: str) -> None:
        super().__init__(f"Resource '{name}' already exists")
