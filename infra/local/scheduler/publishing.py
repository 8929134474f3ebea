"""How the Scheduler reaches Pub/Sub: a callback, so that it knows nothing of the service beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from grpc import StatusCode

Publish = Callable[[str, bytes, Mapping[str, str]], Awaitable[None]]
"""publish(topic, data, attributes): returns once the topic `projects/P/topics/T` has taken the message."""


class PublishError(Exception):
    """The topic did not take the message; `code` is what the job's status will show."""

    def __init__(self, code: StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
