"""Block keys: two records are compared only where they share one, so that the work grows with the duplicates.

Each key joins two facts that seldom coincide and survives errors in all others: the sound of a name beside a postcode,
a birthday, a house number beside the sound of its street. A key that more than `MOST` records share tells nothing, and
is passed over by whoever reads a block: what it would have found shares another.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Final

from shared_layer.crm.matching.companies import COMMON, words_of_company
from shared_layer.crm.matching.record import Record
from shared_layer.crm.matching.texts import sound

MOST: Final = 80
_TYPES: Final = frozenset(
    {"st", "ave", "rd", "blvd", "dr", "pl", "ct", "ln", "cir", "pkwy", "hwy", "sq", "crescent", "circuit"}
)
_DIRECTIONS: Final = frozenset("nsew")


def street_sound(street: str) -> str:
    """What a street's own name sounds like."""
    words = [word for word in street.split() if word not in _TYPES and word not in _DIRECTIONS]
    return sound("".join(words))


def keys_of(record: Record) -> set[str]:
    """All block keys of a record."""
    names = [sound(name) for name in (record.given, record.family) if name]
    street, city = street_sound(record.street), sound(record.city)
    places = [value for value in (record.postcode, city and f"c{city}", street and f"s{street}") if value]
    moments = [record.born[:4], record.born[4:]] if len(record.born) == 8 else []
    keys = {f"e:{email}" for email in record.emails} | {f"p:{phone[-7:]}" for phone in record.phones}
    keys |= {f"n:{name}:{place}" for name, place in product(names, [*places, *moments])}
    if len(names) == 2:
        keys.add(f"nn:{':'.join(sorted(names))}")
    if record.born:
        keys.add(f"d:{record.born}")
    if record.number and street:
        keys.add(f"a:{record.number}:{street}")
    if record.number and record.postcode:
        keys.add(f"ap:{record.number}:{record.postcode}")
    if street and city:
        keys.add(f"sc:{street}:{city}")
    if record.unit:
        unit = sound(record.unit)
        keys |= {f"u:{unit}:{place}" for place in (record.postcode, city) if place}
    return keys | _company_keys(record, [*names, *places])


def _company_keys(record: Record, beside: list[str]) -> set[str]:
    if not record.company:
        return set()
    words = [word for word in words_of_company(record.company) if word not in COMMON][:4]
    keys = {f"w:{sound(word)}:{other}" for word, other in product(words, beside)}
    joined = "".join(words_of_company(record.company))
    if record.is_company:
        keys |= {f"wo:{sound(word)}" for word in words[:3] if len(word) >= 4}
        keys |= {f"ww:{':'.join(sorted(pair))}" for pair in combinations(map(sound, words[:3]), 2)}
    return keys | {f"wn:{joined[:12]}", f"ww:{':'.join(sorted(map(sound, words[:2])))}"}
