"""How well a router spends strong calls: the measures of RouteLLM (Ong et al. 2024, arXiv:2406.18665).

The gap is the strong model's mean quality less the weak one's. Walking from the prompt that most needs the strong model
to the one that least does, the recovered gap rises from 0 to 1 (and may pass 1, where the weak model knew better).
"""

from __future__ import annotations

from collections.abc import Sequence

from shared_layer.ai.router.outcome import Outcome


def recovered(gains: Sequence[float], outcomes: Sequence[Outcome]) -> list[float]:
    """The part of the gap recovered with 0, 1, … all of the calls strong, dearest need first by predicted `gains`.

    Prompts of equal prediction share what they recover, so that their order in the file counts for nothing.
    Raises ValueError where the strong model is not better on these outcomes.
    """
    gap = sum(outcome.gain for outcome in outcomes)
    if gap <= 0:
        raise ValueError("the strong model is not better than the weak one on these outcomes")
    groups: dict[float, list[float]] = {}
    for gain, outcome in zip(gains, outcomes, strict=True):
        groups.setdefault(gain, []).append(outcome.gain)
    curve, total = [0.0], 0.0
    for gain in sorted(groups, reverse=True):
        share = sum(groups[gain]) / len(groups[gain])
        for _ in groups[gain]:
            total += share
            curve.append(total / gap)
    return curve


def apgr(curve: Sequence[float]) -> float:
    """Average performance gap recovered: the area under the curve; 0.5 for a random router."""
    return (sum(curve) - (curve[0] + curve[-1]) / 2) / (len(curve) - 1)


def cpt(curve: Sequence[float], part: float) -> float:
    """Call-performance threshold: the least share of strong calls that recovers `part` of the gap."""
    return next((n for n, value in enumerate(curve) if value >= part), len(curve) - 1) / (len(curve) - 1)


def saving(curve: Sequence[float], outcomes: Sequence[Outcome], quality: float = 0.95) -> float:
    """The share of calls that can be weak while the mean stays at `quality` of the strong model's."""
    weak, strong = (sum(q) for q in zip(*((o.weak, o.strong) for o in outcomes), strict=True))
    return 1.0 - cpt(curve, max(0.0, (quality * strong - weak) / (strong - weak)))
