"""How sure it is that two records are one, and why: weights by field and level, in natural logarithms of odds.

The weights of names, address and birthday are those of Fellegi and Sunter's theory, fitted to FEBRL's data sets 1 and 2
by logistic regression that was held to the theory (L2 towards it); those of addresses, numbers and companies, which
FEBRL has not, are theory alone. Two companies are weighed by a table of their own: there the name says less, for a
company has many sites, and the place says more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from shared_layer.crm.matching.companies import Rarity
from shared_layer.crm.matching.levels import levels
from shared_layer.crm.matching.record import Record

Table = dict[str, tuple[float, float, float, float, float]]

PERSON: Final[Table] = {
    "given": (2.3, 2.0, 1.0, -0.5, -1.5),
    "family": (3.5, 3.0, 1.9, -0.7, -2.3),
    "number": (2.6, -0.2, -0.5, -0.5, -1.5),
    "street": (4.4, 4.0, 1.4, -1.0, -2.0),
    "unit": (3.5, 3.4, 1.0, -0.7, -2.2),
    "city": (3.0, 2.5, 1.0, -0.7, -1.4),
    "postcode": (3.6, 1.5, -0.1, -1.0, -1.9),
    "region": (1.2, -0.3, 0.0, 0.0, -1.4),
    "born": (5.6, 2.0, -0.1, -1.0, -2.0),
    "email": (8.0, 4.5, 3.0, 0.5, -0.5),
    "phone": (6.0, 2.0, 0.0, 0.0, -0.5),
    "company": (2.5, 1.8, 0.8, -0.5, -1.5),
    "swapped_given": (-0.5,) * 5,
    "swapped_street": (-0.5,) * 5,
}
PERSON_BIAS: Final = -5.2

COMPANY: Final[Table] = {
    "company": (4.5, 3.4, 1.6, -1.0, -3.5),
    "number": (2.2, -0.5, -1.0, -1.5, -2.6),
    "street": (2.4, 2.0, 0.8, -1.0, -2.2),
    "unit": (0.8, 0.6, 0.2, 0.0, -0.3),
    "city": (1.0, 0.8, 0.3, -0.7, -1.5),
    "postcode": (1.6, 0.3, -0.8, -1.2, -2.0),
    "region": (0.4, -0.2, 0.0, 0.0, -1.0),
    "email": (5.0, 2.0, 1.0, 0.8, -0.3),
    "phone": (3.6, 0.8, 0.0, 0.0, -0.9),
    "swapped_street": (-0.5,) * 5,
}
COMPANY_BIAS: Final = -3.3

WORDS: Final = ("the same", "nearly the same", "a like", "hardly a like", "another")


@dataclass(frozen=True, slots=True)
class Reason:
    """What a field adds to the weight, or takes from it, and what it says."""

    field: str
    weight: float
    says: str


@dataclass(frozen=True, slots=True)
class Score:
    """`weight` is the logarithm of the odds; `reasons` are the heaviest first."""

    weight: float
    reasons: tuple[Reason, ...]

    @property
    def probability(self) -> float:
        """0 to 1."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, self.weight))))


NO_COLLECTION: Final = Rarity()


def score(one: Record, other: Record, rarity: Rarity = NO_COLLECTION) -> Score:
    """Weigh two records."""
    companies = one.is_company and other.is_company
    table, weight = (COMPANY, COMPANY_BIAS) if companies else (PERSON, PERSON_BIAS)
    reasons = []
    for name, level in levels(one, other, rarity).items():
        if name in table:
            added = table[name][level]
            weight += added
            reasons.append(Reason(name, added, _says(name, level)))
    return Score(weight, tuple(sorted(reasons, key=lambda reason: -abs(reason.weight))))


def _says(name: str, level: int) -> str:
    if name.startswith("swapped_"):
        return f"{name.removeprefix('swapped_')} stands in another field"
    return f"{WORDS[level]} {name}"
