"""Markov attribution (Anderl et al. 2016): a channel is worth what would be lost without it.

Paths are walks from a start to conversion or to nothing; a state is the last `order` channels. A channel's removal
effect is the part of conversions that fails to come where every walk that would touch it ends in nothing. Credit is in
proportion to the effects. The probabilities are the solution of one sparse linear system, no walk is drawn; that of a
removal begins with the solution for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared_layer.attribution.models.windows import Journey

State = tuple[str, ...]
Chain = dict[State, dict[State, float]]
START: Final[State] = ("(start)",)
CONVERSION: Final[State] = ("(conversion)",)
NOTHING: Final[State] = ("(nothing)",)
ENDS: Final = (CONVERSION, NOTHING)
CLOSE: Final = 1e-13


def chain_of(journeys: Sequence[Journey], order: int) -> Chain:
    """How often each state was followed by which, over all paths that have touches."""
    chain: Chain = {}
    for journey in journeys:
        if journey.steps:
            at: State = START
            channels = journey.channels
            for place in range(len(channels)):
                then = channels[max(0, place + 1 - order) : place + 1]
                _count(chain, at, then, journey.times)
                at = then
            _count(chain, at, CONVERSION, journey.converted)
            _count(chain, at, NOTHING, journey.times - journey.converted)
    return chain


def _count(chain: Chain, at: State, then: State, times: int) -> None:
    if times:
        following = chain.setdefault(at, {})
        following[then] = following.get(then, 0) + times


class Equations:
    """How likely each state leads to conversion: v(s) = p(s → conversion) + Σ p(s → t) v(t), for all states at once."""

    def __init__(self, chain: Chain) -> None:
        states = sorted(chain, key=len)
        place = {state: number for number, state in enumerate(states)}
        self._start = place.get(START)
        self._last = [state[-1] for state in states]
        self._sure: list[float] = []
        self._stays: list[float] = []
        self._onward: list[list[tuple[int, float]]] = []
        for number, state in enumerate(states):
            total = sum(chain[state].values())
            shares = {then: times / total for then, times in chain[state].items()}
            onward = [(place[then], share) for then, share in shares.items() if then not in ENDS]
            self._sure.append(shares.get(CONVERSION, 0.0))
            self._stays.append(sum(share for other, share in onward if other == number))
            self._onward.append([(other, share) for other, share in onward if other != number])
        self._values = self._solved([0.0] * len(states), range(len(states)))

    @property
    def probability(self) -> float:
        """How likely a walk from the start ends in conversion."""
        return self._values[self._start] if self._start is not None else 0.0

    def probability_without(self, channel: str) -> float:
        """The same where touching the channel ends a walk in nothing."""
        if self._start is None:
            return 0.0
        kept = [number for number, last in enumerate(self._last) if last != channel]
        begun = [0.0 if last == channel else value for last, value in zip(self._last, self._values, strict=True)]
        return self._solved(begun, kept)[self._start]

    def _solved(self, values: list[float], unknown: Sequence[int]) -> list[float]:
        """Gauss and Seidel's sweeps, the longest states first, until none changes by more than 1e-13."""
        change = 1.0
        while change > CLOSE:
            change = 0.0
            for number in reversed(unknown):
                found = self._sure[number]
                for other, share in self._onward[number]:
                    found += share * values[other]
                found /= 1 - self._stays[number]
                change = max(change, abs(found - values[number]))
                values[number] = found
        return values


def removal_effects(journeys: Sequence[Journey], order: int = 1) -> dict[str, float]:
    """For each channel the part of conversions that would be lost without it, 0 to 1."""
    equations = Equations(chain_of(journeys, order))
    whole = equations.probability
    channels = sorted({step.channel for journey in journeys for step in journey.steps})
    if not whole:
        return dict.fromkeys(channels, 0.0)
    return {channel: max(0.0, 1 - equations.probability_without(channel) / whole) for channel in channels}
