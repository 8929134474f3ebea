"""The statistics of a test: how sure a rate is, whether two rates differ, whether the variants were given out evenly.

Nothing but `math` and `statistics`: importing SciPy would take a second of a function's start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from statistics import NormalDist
from typing import Final

from shared_layer.marketing.mail.send import AbDecision, VariantCount, Verdict

ALPHA: Final = 0.05
SRM_ALPHA: Final = 0.001
"""Fabijan et al., Diagnosing Sample Ratio Mismatch (KDD 2019): what is rarer than this is a fault, not chance."""

LEAST_EXPECTED: Final = 5.0
"""Of clicks and of none, in each variant, for the normal approximation to hold (Cochran's rule)."""

_NORMAL: Final = NormalDist()


def wilson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of a rate (Wilson 1927): right for small numbers and for rates near 0, unlike the textbook's."""
    if not trials:
        return 0.0, 1.0
    z = _NORMAL.inv_cdf(0.5 + confidence / 2)
    rate, square = successes / trials, z * z
    middle = rate + square / (2 * trials)
    width = z * math.sqrt(rate * (1 - rate) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


def two_proportions(one: VariantCount, other: VariantCount) -> float:
    """The two-sided p-value that two rates are the same (pooled z test)."""
    trials = one.recipients + other.recipients
    pooled = (one.clicks + other.clicks) / trials
    spread = math.sqrt(pooled * (1 - pooled) * (1 / one.recipients + 1 / other.recipients))
    if not spread:
        return 1.0
    difference = one.clicks / one.recipients - other.clicks / other.recipients
    return math.erfc(abs(difference) / spread / math.sqrt(2))


def srm_p_value(recipients: Sequence[int]) -> float:
    """The p-value of Pearson's chi-square test that all variants were given out alike; for up to four variants."""
    total = sum(recipients)
    if len(recipients) < 2 or not total:
        return 1.0
    expected = total / len(recipients)
    square = sum((one - expected) ** 2 / expected for one in recipients)
    match len(recipients) - 1:
        case 1:
            return math.erfc(math.sqrt(square / 2))
        case 2:
            return math.exp(-square / 2)
        case 3:
            return math.erfc(math.sqrt(square / 2)) + math.sqrt(2 * square / math.pi) * math.exp(-square / 2)
    raise ValueError("a test has at most four variants")


def decide(counts: list[VariantCount], least: int, moment: datetime) -> AbDecision:
    """What a test came to, looked at once. The rest always gets a variant, so that no campaign stops at its test.

    A winner differs from every other variant, the second best included, by more than chance: where none is better, that
    happens in one campaign of twenty at most, however many variants there are (shown by simulation). Without one the
    rest gets what was clicked most, which costs nothing to be wrong about; where the variants were not given out
    evenly, the numbers mean nothing, and it gets the first.
    """
    srm = srm_p_value([one.recipients for one in counts])
    if srm < SRM_ALPHA:
        return _decided("sample_ratio_mismatch", counts[0], counts, None, srm, moment)
    best = max(counts, key=lambda one: (one.clicks / one.recipients if one.recipients else 0.0, -counts.index(one)))
    if not _enough(counts, least):
        return _decided("too_few", best, counts, None, srm, moment)
    p_value = max(two_proportions(best, other) for other in counts if other is not best)
    verdict: Verdict = "winner" if p_value < ALPHA else "no_difference"
    return _decided(verdict, best, counts, p_value, srm, moment)


def _enough(counts: list[VariantCount], least: int) -> bool:
    trials = sum(one.recipients for one in counts)
    if len(counts) < 2 or any(one.recipients < least for one in counts):
        return False
    rate = sum(one.clicks for one in counts) / trials
    return all(one.recipients * min(rate, 1 - rate) >= LEAST_EXPECTED for one in counts)


def _decided(
    verdict: Verdict,
    variant: VariantCount,
    counts: list[VariantCount],
    p_value: float | None,
    srm: float,
    moment: datetime,
) -> AbDecision:
    return AbDecision(
        verdict=verdict,
        variant=variant.label,
        proven=verdict == "winner",
        p_value=p_value,
        srm_p_value=srm,
        counts=counts,
        decided_at=moment,
    )
