"""The problem when every provider was tried, or is left alone."""

from __future__ import annotations

from collections.abc import Sequence

from shared_layer.ai.health.breaker import BreakerState
from shared_layer.ai.providers.failures import Failure
from shared_layer.core.errors import Problem, ProviderFailed, RateLimited


def exhausted(failures: list[Failure], waiting: Sequence[BreakerState]) -> Problem:
    """The problem when nobody is left; `waiting` are the breakers of providers that are left alone for now.

    The budget's where nothing else stood in the way, 429 where providers' own limits did, with their Retry-After;
    else 502.
    """
    refusals = [failure.refusal for failure in failures if failure.refusal]
    if refusals and len(refusals) == len(failures):
        return refusals[-1]
    told = [f"{failure.provider} {failure.reason}" for failure in failures]
    told += [f"{state.provider} is left alone for now" for state in waiting]
    detail = f"No provider answered: {'; '.join(told)}. Retry later."
    rests = [failure.rest for failure in failures] + [state.retry_in_seconds for state in waiting]
    limited = all(failure.status == 429 for failure in failures) and all(state.state == "closed" for state in waiting)
    if rests and limited:
        seconds = max(1, -int(-min(rests) // 1))
        return RateLimited(detail, headers={"Retry-After": str(seconds)}, retry_after=seconds)
    wait = max(1, -int(-min(state.retry_in_seconds for state in waiting) // 1)) if waiting else 2
    return ProviderFailed(detail, headers={"Retry-After": str(wait)})
