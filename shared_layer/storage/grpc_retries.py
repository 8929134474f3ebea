"""The one retrying layer of Google's gRPC clients, in the place of their own: those go on for 60 to 300 seconds.

Which errors of which method may be tried again stays Google's own table (a commit only where the server said that it
did nothing); how often, how long and how soon is ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from google.api_core.exceptions import GoogleAPICallError

from shared_layer.storage.deadlines import ATTEMPT_SECONDS, attempt_seconds, room_after
from shared_layer.storage.retry_budget import RetryBudget, pause

STREAM_SECONDS: Final = 60.0
"""A query that streams its answer may take as long as the request that asks, up to this."""

CHANNEL_OPTIONS: Final = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_retries", 0),
)
"""Connected again within two seconds of a server's return: gRPC's own longest pause is two minutes."""

Method = Callable[..., Awaitable[Any]]


class Attempts:
    """What Google's clients take for a `Retry`: a decorator of the method that makes one attempt."""

    def __init__(self, budget: RetryBudget, again: Callable[[Exception], bool], ceiling: float) -> None:
        self._budget, self._again, self._ceiling = budget, again, ceiling

    def __call__(self, method: Method) -> Method:
        async def attempts(*args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
            attempt = 1
            while True:
                try:
                    answer = await method(*args, timeout=attempt_seconds(timeout, self._ceiling), **kwargs)
                except GoogleAPICallError as error:
                    seconds = pause(attempt)
                    if not self._tries_again(error, attempt, seconds):
                        raise
                else:
                    self._budget.succeeded()
                    return answer
                await asyncio.sleep(seconds)
                attempt += 1

        return attempts

    def _tries_again(self, error: GoogleAPICallError, attempt: int, seconds: float) -> bool:
        if not self._again(error):
            return False
        self._budget.failed()
        return self._budget.allows(attempt) and room_after(seconds)


def bounded(budget: RetryBudget, arguments: dict[str, Any], streams: bool) -> dict[str, Any]:
    """The arguments of Google's `wrap_method`, with ours in the place of its retries and time-outs."""
    again = getattr(arguments.get("default_retry"), "_predicate", None)
    ceiling = STREAM_SECONDS if streams else ATTEMPT_SECONDS
    return arguments | {"default_retry": Attempts(budget, again or _never, ceiling), "default_timeout": None}


def _never(_error: Exception) -> bool:
    return False
