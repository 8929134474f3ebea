"""Full-text search in Firestore: the terms that a contact is found by, and the one term that a query walks along.

A contact carries its words, their beginnings (search as you type) and pairs of the beginnings, `joh|smi`. A query of
several words walks the pair of its two longest, a list that stays short where `smith` alone is long; what the pair does
not decide is checked on the contact itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from shared_layer.crm.contact import StoredContact
from shared_layer.crm.matching.texts import unaccented

LONGEST: Final = 24
PREFIXES: Final = range(2, 11)
PAIR: Final = 3
WORDS: Final = 12
PAIRED_WORDS: Final = 6
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"\+?[\d\s().-]{4,}")


def words_of(text: str) -> list[str]:
    """The words of a text: lower case, without accents, each at most 24 characters."""
    return [word[:LONGEST] for word in _WORD.findall(unaccented(text))]


def contact_words(contact: StoredContact) -> list[str]:
    """What a contact can be found by, the most telling first: names, company, addresses, title, tags."""
    names = [contact.name, contact.given_name, contact.family_name, contact.company]
    texts = [text for text in names if text]
    texts += [email.partition("@")[0] for email in contact.emails]
    texts += [contact.company_domain or "", contact.title or "", *contact.tags]
    return list(dict.fromkeys(word for text in texts for word in words_of(text)))


def terms_of(contact: StoredContact) -> list[str]:
    """The terms of a contact, sorted."""
    words = contact_words(contact)[:WORDS]
    terms = {word[:length] for word in words for length in PREFIXES if len(word) >= length} | set(words)
    terms |= {_pair(one, other) for one, other in combinations(words[:PAIRED_WORDS], 2)}
    terms |= {f"@{email.lower()}" for email in contact.emails}
    for phone in contact.phones:
        digits = phone.lstrip("+")
        terms |= {f"#{digits}", f"#{digits[-7:]}", f"#{digits[-4:]}"}
    return sorted(terms)


def _pair(one: str, other: str) -> str:
    return "|".join(sorted((one[:PAIR], other[:PAIR])))


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """How a query is answered: walk `term`; keep what `fits`, or everything where the term says it all."""

    term: str
    fits: Callable[[StoredContact], bool] | None = None


def plan_search(query: str) -> SearchPlan | None:
    """The plan for what somebody typed; each word may be the beginning of one. None where there is no word."""
    query = query.strip()
    if "@" in query and " " not in query and not query.startswith("@"):
        return SearchPlan(f"@{query.lower()}")
    if _NUMBER.fullmatch(query):
        return _by_number("".join(letter for letter in query if letter.isdigit()))
    words = words_of(query)
    if not words:
        return None

    def fits(contact: StoredContact) -> bool:
        known = contact_words(contact)
        return all(any(has.startswith(word) for has in known) for word in words)

    longest, *others = sorted(words, key=len, reverse=True)
    if others and len(others[0]) >= PAIR and longest[:PAIR] != others[0][:PAIR]:
        return SearchPlan(_pair(longest, others[0]), fits)
    term = longest if len(longest) < PREFIXES[0] else longest[: PREFIXES[-1]]
    return SearchPlan(term, fits if others or longest != term else None)


def _by_number(digits: str) -> SearchPlan | None:
    if len(digits) < 4 or not digits.strip("0"):
        return None
    tail = digits.lstrip("0") if len(digits) > 7 else digits
    length = 7 if len(tail) >= 7 else 4
    return SearchPlan(f"#{tail[-length:]}", lambda contact: any(phone.endswith(tail) for phone in contact.phones))
