"""Whose fault a provider's failure is: the caller's is told to the caller, any other is the next provider's chance."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from pydantic import ValidationError

from shared_layer.ai.providers.errors import ProviderError, Refused, Unreachable
from shared_layer.core import clock
from shared_layer.core.errors import (
    BodyTooLarge,
    InvalidRequest,
    NotFound,
    Problem,
    RateLimited,
    ValidationFailed,
)

_PASSED_THROUGH: dict[int, type[Problem]] = {404: NotFound, 413: BodyTooLarge, 422: ValidationFailed}
_NOT_THE_CALLERS = frozenset({401, 402, 403, 407, 408, 409, 425, 429})
"""4xx that speak of our account, our key or the provider's load."""
LONGEST_REST: Final = 3600.0


class InvalidAnswer(Exception):
    """A provider answered twice with something that does not fit the schema, or with no answer at all."""


class Doubted(Exception):
    """A cheap answer did not stand the cascade's checks; the message says which."""


class Outrun(Exception):
    """Another provider, asked as well, was quicker."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One provider's failure in a sentence. `sick`: it counts against the provider's breaker.

    `rest` is for how many seconds it asked to be left alone (Retry-After); `refusal` is a budget's, nobody's failure.
    """

    provider: str
    reason: str
    sick: bool = True
    status: int = 0
    rest: float = 0.0
    refusal: RateLimited | None = None


def failure_of(provider: str, error: Exception, pinned: bool) -> Failure | Problem | None:
    """What `error` of `provider` means: a failure to fall back from, or a problem that is the caller's own.

    A model that the provider does not know is the caller's fault only where the caller named it (`pinned`). None
    where it is neither: a fault of ours.
    """
    if isinstance(error, InvalidAnswer | ValidationError):
        return Failure(provider, "answered something that does not fit", sick=False)
    if isinstance(error, Doubted):
        return Failure(provider, f"was not trusted: {error}", sick=False)
    if isinstance(error, Outrun):
        return Failure(provider, "was outrun", sick=False)
    if isinstance(error, TimeoutError):
        return Failure(provider, "did not answer in time")
    if isinstance(error, Unreachable):
        return Failure(provider, "cannot be reached")
    if isinstance(error, Refused):
        return _refusal(provider, error, pinned)
    if isinstance(error, ProviderError):
        return Failure(provider, f"broke off: {error}")
    if isinstance(error, ValueError):
        return Failure(provider, "answered something that is no JSON")
    return None


def _refusal(provider: str, error: Refused, pinned: bool) -> Failure | Problem:
    status = error.status
    if 400 <= status < 500 and status not in _NOT_THE_CALLERS and (status != 404 or pinned):
        message = error.error.get("message") or f"The provider refused the request with {status}."
        problem = _PASSED_THROUGH.get(status, InvalidRequest)
        known = {"provider_code": error.error.get("code"), "param": error.error.get("param")}
        return problem(str(message), provider=provider, **known)
    rest = rest_of(error) if status in (429, 503) else 0.0
    return Failure(provider, f"answered {status}", sick=status != 429 or not rest, status=status, rest=rest)


def rest_of(error: Refused) -> float:
    """The seconds of `retry-after-ms` (OpenAI's) or Retry-After, a number or a date (RFC 9110, 10.2.3); else 0."""
    try:
        if milliseconds := error.headers.get("retry-after-ms"):
            seconds = float(milliseconds) / 1000
        else:
            told = error.headers.get("retry-after", "0")
            try:
                seconds = float(told)
            except ValueError:
                seconds = parsedate_to_datetime(told).timestamp() - clock.now()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), LONGEST_REST) if seconds == seconds else 0.0
