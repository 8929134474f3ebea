"""From pairs to people: clusters whose members fit each other on the whole, not merely one next to another.

Average-linkage agglomeration on the weights: the two clusters with the highest mean weight between their members are
joined, as long as it is above the threshold. Pairs that were never compared are weighed when they are needed. A pair
whose weight is below `CANNOT` keeps its clusters apart, whatever the mean says.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

CANNOT: Final = -12.0
Pair = tuple[int, int]


def clusters(pairs: dict[Pair, float], weigh: Callable[[int, int], float], threshold: float = 0.0) -> list[list[int]]:
    """Clusters of two and more; `pairs` are (smaller, larger) with their weights, `weigh` finds those of others."""
    found: list[list[int]] = []
    for members in _connected(pair for pair, weight in pairs.items() if weight > threshold):
        found += _agglomerate(members, pairs, weigh, threshold) if len(members) > 2 else [members]
    return found


def _connected(links: Iterable[Pair]) -> list[list[int]]:
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, other in links:
        parent[root(one)] = root(other)
    groups: dict[int, list[int]] = defaultdict(list)
    for one in sorted(parent):
        groups[root(one)].append(one)
    return list(groups.values())


def _agglomerate(
    members: list[int], pairs: dict[Pair, float], weigh: Callable[[int, int], float], threshold: float
) -> list[list[int]]:
    known = dict(pairs)

    def weight(one: int, other: int) -> float:
        pair = (one, other) if one < other else (other, one)
        if pair not in known:
            known[pair] = weigh(*pair)
        return known[pair]

    groups = {one: [one] for one in members}

    def between(one: int, other: int) -> float:
        weights = [weight(a, b) for a in groups[one] for b in groups[other]]
        return min(weights) if min(weights) < CANNOT else sum(weights) / len(weights)

    heap = [(-between(a, b), 1, 1, a, b) for i, a in enumerate(members) for b in members[i + 1 :]]
    heapq.heapify(heap)
    while heap:
        negative, size_one, size_other, one, other = heapq.heappop(heap)
        if -negative <= threshold:
            break
        if one not in groups or other not in groups or (len(groups[one]), len(groups[other])) != (size_one, size_other):
            continue
        groups[one] += groups.pop(other)
        for third in groups:
            if third != one:
                heapq.heappush(heap, (-between(one, third), len(groups[one]), len(groups[third]), one, third))
    return [sorted(group) for group in groups.values() if len(group) > 1]
