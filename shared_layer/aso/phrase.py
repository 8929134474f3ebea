"""What a search says: its one spelling, its words, what whoever searches wants, and which searches mean the same.

Two spellings of a search are one keyword: compatibility forms, case, accents of punctuation, and spacing do not count
(Unicode NFKC, case folding). Accents of letters do: `resume` and `résumé` are searched for different things.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final, Literal

Intent = Literal["navigational", "transactional", "commercial", "informational"]

_DROPPED: Final = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x1f\x7f]+")
_NOT_WORDS: Final = re.compile(r"[^\w'+#&$€£%.-]+|_+")
_EDGES: Final = "'.-&"
_STRAIGHT: Final = str.maketrans({"’": "'", "‘": "'", "“": " ", "”": " ", "–": "-", "—": "-", "‐": "-"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BUYING: Final = _words(
    "buy order purchase price prices pricing cost costs cheap cheapest coupon discount deal deals sale shop store "
    "subscribe subscription hire quote book booking delivery download trial demo kaufen bestellen preis preise"
)
_COMPARING: Final = _words(
    "best top review reviews vs versus compare comparison alternative alternatives rated ranking agency agencies "
    "company companies service services provider providers software tool tools beste vergleich test"
)
_ASKING: Final = _words(
    "make use get how what why when who where which guide tutorial tips ideas examples example meaning definition "
    "learn can does is are should template templates checklist statistics wie was warum anleitung"
)
_GOING: Final = _words("login signin account contact phone address hours directions website")
_STOP: Final = _words(
    "a an and at by for from in into near me my of on or our the their to us with your you i it its this that do "
    "der die das und für im am mit ein eine"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_LIGHT: Final = _BUYING | _COMPARING | _ASKING | _GOING | _STOP | frozenset({"online", "free", "new", "local"})


def normal(text: str) -> str:
    """The one spelling of a search; empty where nothing is left of it."""
    whole = unicodedata.normalize("NFKC", text.translate(_STRAIGHT)).casefold()
    whole = _DROPPED.sub("", unicodedata.normalize("NFKC", whole))
    words = (word.strip(_EDGES) for word in _NOT_WORDS.sub(" ", whole).split())
    return " ".join(word for word in words if word)


def words_of(text: str) -> list[str]:
    """The words of a search in its one spelling; `pour-over` has two."""
    return normal(text).replace("-", " ").split()


def intent_of(text: str, *, branded: bool = False) -> Intent:
    """What whoever searches wants, by the words: to buy, to compare, to reach somebody, else to know.

    The order decides: `best price` buys. A brand alone is navigation.
    """
    words = set(words_of(text))
    if words & _BUYING:
        return "transactional"
    if words & _GOING or (branded and not words & (_COMPARING | _ASKING)):
        return "navigational"
    if words & _ASKING and not words & _COMPARING:
        return "informational"
    if words & _COMPARING or {"near", "me"} <= words:
        return "commercial"
    return "informational"


def core_of(text: str) -> tuple[str, ...]:
    """The words that say what a search is about, singular and sorted: no article, no year, no word of intent."""
    words = words_of(text)
    kept = {stem(word) for word in words if word not in _LIGHT and not _YEAR.fullmatch(word)}
    return tuple(sorted(kept or {stem(word) for word in words}))


def cluster_of(text: str) -> str:
    """The cluster that a search belongs to: searches with one core are served by one page.

    The id depends on the words alone, so that it stays when others are imported.
    """
    core = "\n".join(core_of(text))
    return f"clu_{hashlib.sha256(core.encode()).hexdigest()[:16]}"


def keyword_id(tenant_id: str, text: str) -> str:
    """The id of a tenant's keyword, the same for all of its spellings; another tenant's is another one."""
    return f"kw_{hashlib.sha256(f'{tenant_id} {normal(text)}'.encode()).hexdigest()[:24]}"


def stem(word: str) -> str:
    """A word without its English plural: `agencies` and `agency`, `boxes` and `box`, `beans` and `bean` are one."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
