"""From target to target until one answers: admitted by its breaker, within its share of the time that is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared_layer.ai.breaker import Admission, admit, look, report
from shared_layer.ai.budget_errors import BudgetExceeded
from shared_layer.ai.failures import Failure, exhausted, failure_of
from shared_layer.ai.providers import MOCK
from shared_layer.ai.routing import Decision, Target
from shared_layer.core.context import current
from shared_layer.core.errors import Problem
from shared_layer.core.logs import log

T = TypeVar("T")

Attempt = Callable[[Target, float, tuple[str, ...]], Awaitable[T]]
"""Asks one target, within so many seconds, for so many reasons."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What the first target that answered gave, and why it was that one."""

    target: Target
    value: T
    reasons: tuple[str, ...]


async def first_answer(decision: Decision, attempt: Attempt[T]) -> Answered[T]:
    """What the first target answers whose breaker admits the call and who does not fail.

    Raises the caller's own problem as the provider told it, ProviderFailed or RateLimited where nobody is left.
    """
    left = list(decision.targets)
    reasons, failures, waiting = list(decision.reasons), list[Failure](), list[str]()
    while left:
        admission = await _admitted(left)
        index = len(left) if admission is None else _index(left, admission)
        for skipped in left[:index]:
            waiting.append(skipped.provider.breaker)
            reasons.append(f"{skipped.provider.id} skipped: it is left alone for now")
        if admission is None:
            break
        target, left = left[index], left[index + 1 :]
        asked = attempt(target, _seconds(target, bool(left)), tuple(reasons))
        result = await _try(admission, asked, decision.pinned)
        if not isinstance(result, Failure):
            return Answered(target, result, tuple(reasons))
        failures.append(result)
        reasons.append(f"{result.provider} failed: it {result.reason}")
    raise exhausted(failures, await look(waiting) if waiting else [])


async def _admitted(left: Sequence[Target]) -> Admission | None:
    """An admission to the first of `left` that is open for it. The mock has no breaker."""
    real = [target.provider.breaker for target in left if target.provider is not MOCK]
    if left[0].provider is MOCK:
        return Admission(MOCK.id, "")
    admission = await admit(real)
    if admission is None and len(real) < len(left):
        return Admission(MOCK.id, "")
    return admission


async def _try(admission: Admission, asked: Awaitable[T], pinned: bool) -> T | Failure:
    """What one target answers, or how it failed; its breaker has been told. Raises what is not for the next one."""
    provider = admission.provider.partition("@")[0]
    try:
        value = await asked
    except BudgetExceeded as refusal:
        await _release(admission)
        return Failure(provider, "costs more than the budget allows", sick=False, refusal=refusal)
    except Exception as error:
        failure = failure_of(provider, error, pinned)
        if failure is None:
            await _release(admission)
            raise
        if isinstance(failure, Problem):
            await _settle(admission, None)
            raise failure from error
        log("WARNING", "ai_provider_failed", provider=provider, reason=failure.reason, error=str(error)[:500])
        await _settle(admission, failure)
        return failure
    except BaseException:
        await _release(admission)
        raise
    await _settle(admission, None)
    return value


async def _release(admission: Admission) -> None:
    if admission.permit:
        await report(admission, "released")


async def _settle(admission: Admission, failure: Failure | None) -> None:
    if admission.provider == MOCK.id:
        return
    if failure is not None and failure.rest:
        await report(admission, "rested", rest=failure.rest)
    elif failure is not None and failure.sick:
        await report(admission, "failed", f"{admission.provider} {failure.reason}")
    else:
        await report(admission, "succeeded")


def _index(left: Sequence[Target], admission: Admission) -> int:
    return next(index for index, target in enumerate(left) if target.provider.breaker == admission.provider)


def _seconds(target: Target, more: bool) -> float:
    """The provider's own limit, or half of the time left, so that the next one has a chance; all of it for the last."""
    context = current()
    remaining = context.remaining() if context else float("inf")
    return min(target.provider.total_seconds, remaining / 2 if more else remaining - 0.5)
