"""How alike two company names are: word by word, rare words first, whatever the legal form and the abbreviations."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from shared_layer.crm.matching.texts import alike, plain

LEGAL: Final = frozenset(
    (
        "inc", "incorporated", "llc", "llp", "lp", "ltd", "limited", "corp", "corporation", "co", "company", "plc",
        "gmbh", "mbh", "ag", "kg", "ohg", "ug", "ev", "sa", "sarl", "sas", "srl", "spa", "bv", "nv", "ab", "as", "oy",
        "aps", "pty", "pvt", "kk", "sl", "sro", "doo", "zoo", "nfp", "the", "of", "and", "for", "at", "in", "a", "und",
        "et", "de", "la", "le", "der", "die", "das", "gesellschaft", "aktiengesellschaft", "aktiebolag", "sociedad",
        "limitada", "anonima", "societa", "spolka", "asa", "oyj", "branch", "filiale", "hq", "headquarters",
    )
)  # fmt: skip
WRITTEN: Final = {
    "intl": "international", "natl": "national", "ctr": "center", "centre": "center", "cntr": "center", "cen": "center",
    "dev": "development", "devel": "development", "assoc": "association", "assn": "association", "univ": "university",
    "mfg": "manufacturing", "svc": "service", "svcs": "service", "services": "service", "bros": "brothers",
    "govt": "government", "dept": "department", "ed": "education", "edu": "education", "educ": "education",
    "educational": "education", "sch": "school", "schools": "school", "elem": "elementary", "comm": "community",
    "cmty": "community", "hosp": "hospital", "inst": "institute", "fdn": "foundation", "grp": "group",
    "mgmt": "management", "tech": "technology", "technologies": "technology", "engr": "engineering",
    "eng": "engineering", "ind": "industries", "inds": "industries", "labs": "laboratories", "lab": "laboratories",
    "sys": "systems", "prod": "products", "st": "saint", "mt": "mount", "ft": "fort", "acad": "academy",
    "chgo": "chicago", "ny": "york", "dist": "district", "fam": "family", "hsg": "housing", "med": "medical",
    "childrens": "children", "child": "children", "kids": "kid", "daycare": "day care", "preschool": "pre school",
    "prek": "pre k", "prekindergarten": "pre kindergarten", "headstart": "head start", "childcare": "children care",
}  # fmt: skip
COMMON: Final = frozenset(
    (
        "group", "holding", "holdings", "international", "global", "service", "solutions", "systems", "technology",
        "consulting", "partners", "partner", "management", "industries", "enterprises", "center", "school", "academy",
        "association", "national", "american", "community", "development", "children", "care", "day", "learning",
        "early", "education", "program", "site", "office", "north", "south", "east", "west", "new", "first", "united",
        "city", "public", "family", "house", "home", "church", "institute", "foundation", "head", "start", "pre",
    )
)  # fmt: skip
LIKE: Final = 0.84
_LETTERS: Final = re.compile(r"\b\w(?: \w\b)+")
"""A word of single letters, such as `g m b h`."""

SHORTENED: Final = 0.75


@lru_cache(maxsize=65_536)
def words_of_company(name: str) -> tuple[str, ...]:
    """The words of a name without its legal form, abbreviations written out; all words where nothing else is left."""
    spelled = _LETTERS.sub(lambda found: found[0].replace(" ", ""), plain(name.replace("'", "")))
    words = [part for word in spelled.split() for part in WRITTEN.get(word, word).split()]
    return tuple(dict.fromkeys(word for word in words if word not in LEGAL)) or tuple(words)


@dataclass(frozen=True, slots=True)
class Rarity:
    """How telling a word is: by how many names of a collection have it, else by a list of common words."""

    names: int = 0
    having: Counter[str] = field(default_factory=Counter)

    @classmethod
    def among(cls, names: Iterable[str]) -> Rarity:
        """The rarity of words among these names."""
        having: Counter[str] = Counter()
        count = 0
        for name in names:
            having.update(set(words_of_company(name)))
            count += 1
        return cls(count, having)

    def of(self, word: str) -> float:
        """The weight of a word: its inverse document frequency over that of a word that stands alone, 0 to 1."""
        if self.names < 50:
            return 0.3 if word in COMMON else 1.0
        most = math.log(self.names + 1)
        return max(0.05, math.log((self.names + 1) / (self.having[word] + 1)) / most)


def company_likeness(one: str, other: str, rarity: Rarity) -> float:
    """0 to 1: the weight of the words that both share, nearly spelled alike, of all their words (Dice)."""
    a, b = sorted((words_of_company(one), words_of_company(other)))
    if not a or not b:
        return 0.0
    if a == b or "".join(a) == "".join(b):
        return 1.0
    if _acronym(a, b) or _acronym(b, a):
        return 0.9
    shared = covered_a = covered_b = 0.0
    left = list(b)
    for word in a:
        best = max(left, key=lambda candidate: alike(word, candidate), default="")
        likeness = alike(word, best) if best else 0.0
        if likeness < LIKE and (best := _shortened(word, left)):
            likeness = SHORTENED
        if likeness >= LIKE or (best and likeness == SHORTENED):
            left.remove(best)
            covered_a += rarity.of(word) * likeness
            covered_b += rarity.of(best) * likeness
    weight_a, weight_b = sum(map(rarity.of, a)), sum(map(rarity.of, b))
    shared = (covered_a + covered_b) / (weight_a + weight_b)
    within = max(covered_a / weight_a, covered_b / weight_b)
    telling = min(weight_a, weight_b) >= 0.5
    return max(shared, 0.86 * within if telling else 0.0, 0.0)


def _shortened(word: str, others: list[str]) -> str:
    """The one of the others that the word shortens, or that shortens it; empty where there is none."""
    return next((one for one in others if _abbreviates(*sorted((word, one), key=len))), "")


def _abbreviates(short: str, long: str) -> bool:
    """Whether a word is the beginning of another, or some of its letters in their order: `engr` of `engineering`."""
    if len(short) < 3 or short[0] != long[0] or len(long) < len(short) + 3:
        return len(short) >= 4 and long.startswith(short)
    letters = iter(long)
    return long.startswith(short) or (len(short) <= 5 and all(letter in letters for letter in short))


def _acronym(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return len(short) == 1 and len(long) >= 3 and len(short[0]) >= 3 and short[0] == "".join(word[0] for word in long)
