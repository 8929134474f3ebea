"""What a caller is told when something breaks: known failures as their problem, the unknown as 500 with a log line."""

from __future__ import annotations

from typing import Final

from shared_layer.core.errors import DeadlineExceeded, Problem, Unavailable
from shared_layer.core.logs import log, log_exception
from shared_layer.storage.redis import RedisUnavailable

_AWAY: Final = frozenset(
    {
        *("ServiceUnavailable", "DeadlineExceeded", "RetryError", "TooManyRequests", "ResourceExhausted", "Aborted"),
        *("InternalServerError", "BadGateway", "GatewayTimeout", "Cancelled", "Unknown", "TransportError"),
    }
)
"""What Google's clients raise where a service does not answer; by name, so that none of them is imported for it."""


def as_problem(error: Exception) -> Problem:
    """The problem that `error` is to a caller. What is not the caller's to know goes to the log alone."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, TimeoutError):
        return DeadlineExceeded()
    if isinstance(error, RedisUnavailable):
        log("ERROR", "dependency_down", f"redis: {error}")
        return Unavailable()
    if type(error).__name__ == "DependencyDown" or (
        type(error).__module__.startswith("google.") and type(error).__name__ in _AWAY
    ):
        log("ERROR", "dependency_down", f"{type(error).__module__}: {error}")
        return Unavailable()
    log_exception("unhandled_exception", error)
    return Problem()
