"""What a count of few says of many."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

_SURE: Final = NormalDist().inv_cdf(0.95)


def bounds(hits: int, tries: int) -> tuple[float, float]:
    """Between which shares the true one lies, each side with 95 % confidence (Wilson 1927)."""
    if not tries:
        return 0.0, 1.0
    share, square = hits / tries, _SURE * _SURE
    middle = share + square / (2 * tries)
    reach = _SURE * math.sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    whole = 1 + square / tries
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
