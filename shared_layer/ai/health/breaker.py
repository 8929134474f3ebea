"""The breakers of all providers, shared by all instances through Redis; in each process alone while Redis is away.

The script of breaker_script.py holds the rule on one hash per provider, by Redis's own clock. An admitted call is
reported once: succeeded, failed, rested or released. Each change of state is told as a `platform_health_changed` event.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared_layer.ai.health.breaker_rule import FAILURES, OPEN_SECONDS, BreakerRule, State
from shared_layer.ai.health.breaker_script import SCRIPT
from shared_layer.ai.health.events import tell_change
from shared_layer.core import clock
from shared_layer.core.ids import new_id
from shared_layer.core.logs import log
from shared_layer.storage.redis import RedisUnavailable, redis

PERMIT_SECONDS: Final = 90.0
"""Longer than any provider's time for a whole answer: a permit outlives its call, unless the caller died."""

Outcome = Literal["succeeded", "failed", "released", "rested"]


@dataclass(frozen=True, slots=True)
class BreakerState:
    """A breaker as it stands: consecutive `failures`, seconds until it lets a call through, and whether it admits."""

    provider: str
    state: State
    failures: int
    retry_in_seconds: float
    admits: bool


@dataclass(frozen=True, slots=True)
class Admission:
    """An admitted call to `provider`; `permit` is not empty for the one probe of a half-open breaker."""

    provider: str
    permit: str


BELIEVED_SECONDS: Final = 0.25
"""What Redis said of an open breaker, which nothing closes before its time, is not asked again within this."""

_owed: dict[str, tuple[Admission, Outcome, float]] = {}
"""How probes ended while Redis was away: it is told before it is asked again, lest their permits stand to the end."""

_local: dict[str, BreakerRule] = {}
_shut_until: dict[str, float] = {}


def open_seconds() -> float:
    """How long an open breaker waits before it tries again: 60 s, or XYNERGY_BREAKER_SECONDS."""
    return float(os.environ.get("XYNERGY_BREAKER_SECONDS") or OPEN_SECONDS)


async def look(providers: Sequence[str]) -> list[BreakerState]:
    """How the breakers stand. Changes nothing."""
    try:
        found = await _run("look", providers, "")
    except RedisUnavailable:
        return [_look_locally(provider) for provider in providers]
    return [
        BreakerState(provider, state.decode(), failures, wait / 1000, bool(free))
        for provider, (state, failures, wait, free) in zip(providers, found, strict=True)
    ]


async def admit(providers: Sequence[str]) -> Admission | None:
    """Admit a call to the first of `providers` whose breaker lets it through; None where none does."""
    began = time.monotonic()
    if all(_shut_until.get(provider, 0.0) > began for provider in providers):
        return None
    permit = new_id("permit")
    try:
        if _owed:
            await _tell_owed()
        index, held, change = await _run("admit", providers, permit)
    except RedisUnavailable as error:
        log("WARNING", "breaker_local", f"the breakers of this process stand in for the shared ones: {error}")
        return await _admit_locally(providers, permit)
    if not index:
        surely = min(int(held) / 1000, BELIEVED_SECONDS)
        _shut_until.update(dict.fromkeys(providers, began + surely))
        return None
    provider = providers[index - 1]
    if change:
        await tell_change(provider, "half_open", "one call is let through to see whether it is back")
    return Admission(provider, held.decode())


async def report(admission: Admission, outcome: Outcome, reason: str = "", rest: float = 0.0) -> None:
    """Tell the breaker how an admitted call ended.

    `reason` is for the event, where that opens it; `rest` are the seconds that the provider asked for (`rested`).
    """
    try:
        _, _, change = await _run(outcome, [admission.provider], admission.permit, rest)
        changed = change.decode()
    except RedisUnavailable:
        if admission.permit:
            _owed[admission.provider] = (admission, outcome, rest)
        changed = _report_locally(admission, outcome, rest)
    if changed:
        await tell_change(admission.provider, changed, reason or "a call succeeded")


async def _tell_owed() -> None:
    """Tell Redis how probes ended meanwhile. Raises RedisUnavailable while it is still away."""
    while _owed:
        provider, told = _owed.popitem()
        admission, outcome, rest = told
        try:
            _, _, change = await _run(outcome, [provider], admission.permit, rest)
        except RedisUnavailable:
            _owed.setdefault(provider, told)
            raise
        if change:
            await tell_change(provider, change.decode(), "a call ended while the shared state was away")


async def _run(operation: str, providers: Sequence[str], permit: str, rest: float = 0.0) -> list[Any]:
    keys = tuple(f"breaker:{provider}" for provider in providers)
    milliseconds = int(open_seconds() * 1000)
    answer: list[Any] = await redis().run(
        SCRIPT, keys, operation, milliseconds, permit, int(PERMIT_SECONDS * 1000), FAILURES, int(rest * 1000)
    )
    return answer


def _rule(provider: str) -> BreakerRule:
    rule = _local.setdefault(provider, BreakerRule())
    rule.open_seconds = open_seconds()
    return rule


def _look_locally(provider: str) -> BreakerState:
    rule, now = _rule(provider), clock.now()
    wait = rule.changed_at + rule.open_seconds - now if rule.state == "open" else 0.0
    return BreakerState(provider, rule.state, rule.failures, max(0.0, wait, rule.rest_until - now), rule.admits(now))


async def _admit_locally(providers: Sequence[str], permit: str) -> Admission | None:
    for provider in providers:
        rule = _rule(provider)
        former = rule.state
        admitted, held = rule.admit(clock.now(), permit, PERMIT_SECONDS)
        if admitted:
            if rule.state != former:
                await tell_change(provider, rule.state, "one call is let through to see whether it is back")
            return Admission(provider, held)
    return None


def _report_locally(admission: Admission, outcome: Outcome, rest: float) -> str:
    rule, now = _rule(admission.provider), clock.now()
    if outcome == "rested":
        rule.rested(now, admission.permit, rest)
        return ""
    if outcome == "released":
        rule.released(admission.permit)
        return ""
    changed = (rule.succeeded if outcome == "succeeded" else rule.failed)(now, admission.permit)
    return rule.state if changed else ""
