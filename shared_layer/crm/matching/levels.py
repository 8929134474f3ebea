"""How alike two records are, field by field, in five levels: 0 same, 1 nearly, 2 somewhat, 3 hardly, 4 different."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared_layer.crm.matching.companies import Rarity, company_likeness
from shared_layer.crm.matching.record import Record
from shared_layer.crm.matching.texts import alike

Level = int | None
"""None where one of the two is not known."""

_STEPS: Final = (0.98, 0.85, 0.7, 0.5)
_COMPANY_STEPS: Final = (0.95, 0.8, 0.62, 0.4)
_GAIN: Final = (1.5, 1.0, 0.5, -0.3, -1.0)
_SWAP_GAIN: Final = 0.8
PAIRS: Final = (("given", "family"), ("street", "unit"))


def levels(one: Record, other: Record, rarity: Rarity) -> dict[str, int]:
    """The levels of the fields that both records know; `swapped_…` where two fields fit only crosswise."""
    found: dict[str, Level] = {}
    for first, second in PAIRS:
        straight = (_text(one, first, other, first), _text(one, second, other, second))
        crossed = (_text(one, first, other, second), _text(one, second, other, first))
        if _gain(crossed) > _gain(straight) + _SWAP_GAIN:
            # Of which record the first name is, nobody can tell: the better level goes to the first field either way.
            found[first], found[second] = sorted(crossed, key=lambda level: 9 if level is None else level)
            found[f"swapped_{first}"] = 0
        else:
            found[first], found[second] = straight
    for name in ("number", "postcode", "region"):
        found[name] = _code(getattr(one, name), getattr(other, name))
    found["born"] = _code(one.born, other.born)
    found["city"] = _text(one, "city", other, "city")
    found["email"] = _sets(one.emails, other.emails, _address)
    found["phone"] = _sets(one.phones, other.phones, _number)
    if one.company and other.company:
        found["company"] = _step(company_likeness(one.company, other.company, rarity), _COMPANY_STEPS)
    return {name: level for name, level in found.items() if level is not None}


def _gain(pair: tuple[Level, Level]) -> float:
    return sum(_GAIN[level] for level in pair if level is not None)


def _step(likeness: float, steps: tuple[float, ...]) -> int:
    return next((level for level, step in enumerate(steps) if likeness >= step), 4)


def _text(one: Record, name: str, other: Record, other_name: str) -> Level:
    a, b = getattr(one, name), getattr(other, other_name)
    return _step(alike(a, b), _STEPS) if a and b else None


def _code(a: str, b: str) -> Level:
    """Numbers: one typing error is near, two or other digits in another order are somewhat alike."""
    from rapidfuzz.distance import OSA

    if not a or not b:
        return None
    if a == b:
        return 0
    edits = OSA.distance(a, b)
    if edits == 1 or _turned(a, b):
        return 1
    parts = sum((a[:4] == b[:4], a[4:6] == b[4:6], a[6:] == b[6:])) if len(a) == len(b) == 8 else 0
    if (sorted(a) == sorted(b) and len(a) > 2) or (edits == 2 and len(a) > 3) or parts >= 2:
        return 2
    return 4


def _turned(a: str, b: str) -> bool:
    """A date whose day and month changed places."""
    return len(a) == len(b) == 8 and a[:4] == b[:4] and (a[4:6], a[6:]) == (b[6:], b[4:6])


def _sets(ours: frozenset[str], theirs: frozenset[str], compare: Callable[[str, str], int]) -> Level:
    """The best of several addresses or numbers."""
    if not ours or not theirs:
        return None
    return 0 if ours & theirs else min(compare(a, b) for a in ours for b in theirs)


def _address(a: str, b: str) -> int:
    (local, _, domain), (other_local, _, other_domain) = a.partition("@"), b.partition("@")
    same_domain = domain == other_domain
    if same_domain:
        return 1 if alike(local, other_local) >= 0.85 and len(local) > 3 else 3
    if alike(domain, other_domain) >= 0.9:
        return 1 if local == other_local else 4
    return 2 if local == other_local and len(local) > 5 else 4


def _number(a: str, b: str) -> int:
    """Digits from behind: a number with and without its country is one."""
    if min(len(a), len(b)) >= 7 and (a.endswith(b) or b.endswith(a)):
        return 0
    return 1 if _code(a[-10:], b[-10:]) == 1 else 4
