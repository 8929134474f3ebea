"""A whole collection of records at once: candidates by block, weighed, clustered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from shared_layer.crm.matching.clustering import Pair, clusters
from shared_layer.crm.matching.companies import Rarity
from shared_layer.crm.matching.keys import MOST, keys_of
from shared_layer.crm.matching.record import Record
from shared_layer.crm.matching.scoring import score


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """`groups` hold positions of records that are one; `compared` is how many pairs were looked at."""

    groups: list[list[int]]
    compared: int

    def pairs(self) -> set[Pair]:
        """Every pair that stands in one group."""
        return {pair for group in self.groups for pair in combinations(sorted(group), 2)}


def candidates(records: Sequence[Record], most: int = MOST) -> set[Pair]:
    """The pairs that share a block."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for position, one in enumerate(records):
        for key in keys_of(one):
            blocks[key].append(position)
    return {pair for block in blocks.values() if len(block) <= most for pair in combinations(block, 2)}


def deduplicate(records: Sequence[Record], threshold: float = 0.0) -> Deduplicated:
    """The groups of records that are one person or company."""
    rarity = Rarity.among(one.company for one in records if one.company)
    weights = {(a, b): score(records[a], records[b], rarity).weight for a, b in sorted(candidates(records))}
    groups = clusters(weights, lambda a, b: score(records[a], records[b], rarity).weight, threshold)
    return Deduplicated(groups, len(weights))
