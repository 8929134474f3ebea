"""Whole numbers shared out exactly: the parts sum to the whole, to the last millionth.

By the largest remainder (Hamilton's method): each gets its share rounded down, and what is left goes one by one to
those who lost most by it; between equals the name decides, so that the same question has the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping


def apportioned(whole: int, shares: Mapping[str, float]) -> dict[str, int]:
    """`whole` by shares, none of them negative. Raises ValueError where nobody has a share of something."""
    total = sum(shares.values())
    if total <= 0:
        if whole:
            raise ValueError("there is nobody to share it out to")
        return dict.fromkeys(shares, 0)
    exact = {name: whole * (share / total) for name, share in shares.items()}
    parts = {name: min(int(value), whole) for name, value in exact.items()}
    left = whole - sum(parts.values())
    order = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    step = 1 if left > 0 else -1
    while left:
        for name in order if left > 0 else reversed(order):
            if left and parts[name] + step >= 0:
                parts[name] += step
                left -= step
    return parts
