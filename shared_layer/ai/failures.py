"""Whose fault a provider's failure is: the caller's is told to the caller, any other is the next provider's chance."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from shared_layer.core.errors import (
    BodyTooLarge,
    InvalidRequest,
    NotFound,
    Problem,
    ProviderFailed,
    RateLimited,
    ValidationFailed,
)

_PASSED_THROUGH: dict[int, type[Problem]] = {404: NotFound, 413: BodyTooLarge, 422: ValidationFailed}
_NOT_THE_CALLERS = frozenset({401, 402, 403, 407, 408, 409, 425, 429})
"""4xx that speak of our account, our key or the provider's load."""


class InvalidAnswer(Exception):
    """A provider answered twice with something that does not fit the schema, or with no answer at all."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One provider's failure in a sentence. `sick`: it counts against the provider's breaker."""

    provider: str
    reason: str
    sick: bool = True
    status: int = 0
    retry_after: str = ""


def failure_of(provider: str, error: Exception, pinned: bool) -> Failure | Problem | None:
    """What `error` of `provider` means: a failure to fall back from, or a problem that is the caller's own.

    A model that the provider does not know is the caller's fault only where the caller named it (`pinned`). None
    where it is neither: a fault of ours.
    """
    from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

    if isinstance(error, InvalidAnswer | ValidationError):
        return Failure(provider, "answered something that does not fit", sick=False)
    if isinstance(error, TimeoutError | APITimeoutError):
        return Failure(provider, "did not answer in time")
    if isinstance(error, APIConnectionError):
        return Failure(provider, "cannot be reached")
    if isinstance(error, APIStatusError):
        status = error.status_code
        if 400 <= status < 500 and status not in _NOT_THE_CALLERS and (status != 404 or pinned):
            return _callers_fault(provider, error)
        retry_after = error.response.headers.get("retry-after", "") if status in (429, 503) else ""
        return Failure(provider, f"answered {status}", status=status, retry_after=retry_after)
    if isinstance(error, APIError):
        return Failure(provider, f"broke off: {error.message}")
    if isinstance(error, ValueError):
        return Failure(provider, "answered something that is no JSON")
    return None


def _callers_fault(provider: str, error: object) -> Problem:
    from openai import APIStatusError

    assert isinstance(error, APIStatusError)
    body = error.body if isinstance(error.body, dict) else {}
    message = body.get("message") or f"The provider refused the request with {error.status_code}."
    problem = _PASSED_THROUGH.get(error.status_code, InvalidRequest)
    return problem(str(message), provider=provider, provider_code=error.code, param=error.param)


def exhausted(failures: list[Failure], waiting: list[str], retry_after: float) -> Problem:
    """The problem when nobody is left: `waiting` are providers whose breaker is open for `retry_after` seconds more.

    429 where a provider's own limit was the only reason, with its Retry-After; else 502.
    """
    told = [f"{failure.provider} {failure.reason}" for failure in failures]
    told += [f"{provider} is left alone after repeated failures" for provider in waiting]
    detail = f"No provider answered: {'; '.join(told)}. Retry later."
    if failures and not waiting and all(failure.status == 429 for failure in failures):
        seconds = next((f.retry_after for f in failures if f.retry_after.isdigit()), "1")
        return RateLimited(detail, headers={"Retry-After": seconds}, retry_after=int(seconds))
    wait = max(1, -int(-retry_after // 1)) if waiting else 2
    return ProviderFailed(detail, headers={"Retry-After": str(wait)})
