"""Shapley values of channels, where a coalition is worth the conversions of the persons that it alone reached.

That is v(S) = the conversions of paths whose channels all lie in S. The game is a sum of unanimity games, one a path,
and in such a game everybody who is needed gets the same (Shapley 1953): the value is each conversion split evenly over
the distinct channels of its path. No coalition needs to be enumerated; with money in place of conversions likewise.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared_layer.attribution.models.windows import Journey


def shapley_credit(journeys: Sequence[Journey]) -> tuple[dict[str, float], dict[str, float]]:
    """Conversions and money (millionths) by channel."""
    conversions: dict[str, float] = {}
    micros: dict[str, float] = {}
    for journey in journeys:
        if journey.converted and journey.steps:
            needed = sorted(set(journey.channels))
            for channel in needed:
                conversions[channel] = conversions.get(channel, 0.0) + journey.converted / len(needed)
                micros[channel] = micros.get(channel, 0.0) + journey.micros / len(needed)
    return conversions, micros
