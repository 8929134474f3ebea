"""From target to target until one answers: admitted by its breaker, within its share of the time that is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared_layer.ai.asking.exhausted import exhausted
from shared_layer.ai.asking.hedging import Patience, budget
from shared_layer.ai.asking.racing import race
from shared_layer.ai.health.breaker import Admission, admit, look, report
from shared_layer.ai.money.budget_errors import BudgetExceeded
from shared_layer.ai.providers.failures import Failure, failure_of
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.routing.route import Decision, Target
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


async def first_answer(decision: Decision, attempt: Attempt[T], patience: Patience | None = None) -> Answered[T]:
    """What the first target answers whose breaker admits the call and who does not fail.

    With `patience` the next target is asked as well where one takes longer than that, and the first answer wins: then
    `attempt` has to know that only one of its answers is taken. Raises the caller's own problem as the provider told
    it, ProviderFailed or RateLimited where nobody is left.
    """
    search = _Search(decision, attempt)
    while (asked := await search.next()) is not None:
        seconds = patience(asked.target) if patience is not None and search.left else None
        if seconds is None:
            results = [await asked.result]
        else:
            results = await race(asked.result, seconds, search.hedge)
        if (found := search.settled(results)) is not None:
            return found
    raise exhausted(search.failures, await look(search.waiting) if search.waiting else [])


@dataclass(frozen=True, slots=True)
class _Asked(Generic[T]):
    """A target that is being asked, for the reasons that there were."""

    target: Target
    reasons: tuple[str, ...]
    result: Coroutine[Any, Any, Answered[T] | Failure]


class _Search(Generic[T]):
    """Who is left to be asked, and why the others did not answer."""

    def __init__(self, decision: Decision, attempt: Attempt[T]) -> None:
        self.left = list(decision.targets)
        self.failures: list[Failure] = []
        self.waiting: list[str] = []
        self._attempt, self._pinned = attempt, decision.pinned
        self._reasons = list(decision.reasons)

    async def next(self) -> _Asked[T] | None:
        """The next target that its breaker admits; None where nobody is left."""
        if not self.left:
            return None
        admission = await _admitted(self.left)
        index = len(self.left) if admission is None else _index(self.left, admission)
        for skipped in self.left[:index]:
            self.waiting.append(skipped.provider.breaker)
            self._reasons.append(f"{skipped.provider.id} skipped: it is left alone for now")
        if admission is None:
            self.left = []
            return None
        target, self.left = self.left[index], self.left[index + 1 :]
        reasons = tuple(self._reasons)
        asked = self._attempt(target, _seconds(target, bool(self.left)), reasons)
        return _Asked(target, reasons, self._result(target, reasons, _try(admission, asked, self._pinned)))

    async def hedge(self) -> Coroutine[Any, Any, Answered[T] | Failure] | None:
        """One more target asked while another is; None where that may not be, or nobody is left."""
        if not budget.take():
            return None
        self._reasons.append("the one before takes longer than it usually does: this one was asked as well")
        asked = await self.next()
        return asked.result if asked is not None else None

    def settled(self, results: Sequence[Answered[T] | Failure]) -> Answered[T] | None:
        """The answer among the results, the failures kept."""
        for result in results:
            if not isinstance(result, Failure):
                return result
            self.failures.append(result)
            self._reasons.append(f"{result.provider} failed: it {result.reason}")
        return None

    @staticmethod
    async def _result(target: Target, reasons: tuple[str, ...], tried: Awaitable[T | Failure]) -> Answered[T] | Failure:
        result = await tried
        return result if isinstance(result, Failure) else Answered(target, result, reasons)


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
