"""What can be seen of a line that may belong to a signature: its words, its place, and whether it names the sender.

Nothing here knows a word list longer than a screen; what the traits are worth is learned (`model`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LOOKED_AT: Final = 15
"""Lines with text, from the end: no signature is longer."""

_PHONE: Final = re.compile(r"(?<!\d)(\+?\d{1,3}[ .-]?)?(\(\d{2,4}\)|\d{2,4})[ ./-]\d{3,4}[ .-]?\d{2,6}(?!\d)")
_EXTENSION: Final = re.compile(r"^\W*(x|ext\.?|extension)\W{0,2}\d[\d-]{2,6}\W*$", re.IGNORECASE)
_CONTACT: Final = re.compile(
    r"^\W*(tel|telephone|phone|ph|fax|cell|mobile|mob|office|direct|e-?mail|mail|web|www|skype|pager?)\b.{0,4}[:.#(\d+]",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_URL: Final = re.compile(r"\bhttps?://|\bwww\.", re.IGNORECASE)
_CLOSING: Final = re.compile(
    r"^\W*((many|kind|kindest|best|warm|warmest|with|my|all|yours?|much|very|respectfully|mit|freundlichen)\W+){0,3}"
    r"(thanks?|thank\W+you|thx|tks|regards?|rgds|best|wishes|sincerely|cordially|cheers|truly|faithfully|respectfully"
    r"|love|xo+|ciao|gr(ü|ue)(ß|ss)en?|gru(ß|ss)|cordialement|saludos|take\W+care)"
    r"(\W+(you|so|very|much|again|in|advance|and|regards|best|all|yours?|a|lot|for|the|help|everyone|guys)){0,5}\W*$",
    re.IGNORECASE,
)
_ROLE: Final = re.compile(
    r"\b(manager|director|president|vice|vp|chief|ceo|cfo|cto|coo|officer|head|lead|analyst|engineer|developer|designer"
    r"|consultant|associate|assistant|secretary|coordinator|specialist|administrator|attorney|counsel|partner|founder"
    r"|owner|sales|marketing|account|professor|dr|phd|cpa|esq|trader|scheduler|representative|supervisor)\b",
    re.IGNORECASE,
)
_FIRM: Final = re.compile(
    r"\b(inc|llc|ltd|limited|corp|corporation|co|company|gmbh|ag|plc|group|university|institute|department|dept|division"
    r"|services|bank|studio|agency|partners|associates|solutions)\b\.?",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    r"\b\d{1,5}\s+\w+.{0,30}\b(street|st|avenue|ave|road|rd|drive|dr|lane|ln|blvd|boulevard|suite|floor|broadway|way|pkwy|"
    r"plaza|square)\b|\bp\.?\s?o\.? box\b|\b[A-Z]{2},?\s+\d{5}(-\d{4})?\b|(strasse|straße)\b",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"^\s*([-_=*~#]\s?){2,}\s*$|^\s*—+\s*$")
DEVICE: Final = re.compile(
    r"^\W*(sent|gesendet|envoyé|enviado|verzonden|inviato) (from|via|von|de|desde|vanaf|da|using|with) "
    r"(my |mein\w* |mon |mi |mijn )?[\w'’.-]+( [\w'’.-]+){0,5}[.!]?\W*$",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GREETING: Final = re.compile(r"^\W*(hi|hello|dear|hey|hallo|good (morning|afternoon|evening))\b", re.IGNORECASE)
_POSTSCRIPT: Final = re.compile(r"^\W*p\.?\s?(p\.?\s?)?s\b\W", re.IGNORECASE)
_LISTED: Final = re.compile(r"^\s*([-*•·Ø>]|\(?\w{1,2}[.)])\s+\S")
_CODE: Final = re.compile(r"\w+[_=:]\w+|:\s+\S")
_ADDRESSED: Final = re.compile(
    r"^\W*(i|you|we|he|she|they|it|please|this|that|there|the|if|let|call|just|our)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with text: where it stands in the body, and whether lines without text come before it."""

    number: int
    text: str
    after_blank: bool


def last_lines(lines: Sequence[str]) -> list[Line]:
    """The last lines with text, in order, at most 15."""
    found: list[Line] = []
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].strip():
            blank = number == 0 or not lines[number - 1].strip()
            found.append(Line(number, lines[number].strip(), blank))
        if len(found) == LOOKED_AT:
            break
    return found[::-1]


def names_of(sender: str) -> frozenset[str]:
    """The words of a sender's name and address, in lower case: `"Cook  Diane H." <diane.cook@x.example>`."""
    plain = re.sub(r"@[\w.-]+", " ", re.sub(r"IMCEA\w*-|\+[0-9A-F]{2}", " ", sender))
    return frozenset(word.lower() for word in _WORD.findall(plain) if len(word) > 1)


def traits_of(line: Line, index: int, lines: Sequence[Line], names: frozenset[str]) -> list[str]:
    """The traits of `lines[index]`, the last line being the last of the body."""
    text, words = line.text, _WORD.findall(line.text)
    named = [word for word in words if word.lower() in names]
    found = [f"from_end_{min(len(lines) - 1 - index, 4)}", f"words_{_bucket(len(words))}", "any"]
    signs = {
        "phone": _PHONE.search(text) and len(text) < 70,
        "extension": _EXTENSION.match(text),
        "contact": _CONTACT.match(text),
        "email": _EMAIL.search(text) and len(words) < 9,
        "url": _URL.search(text) and len(words) < 9,
        "closing": is_closing(text),
        "role": _ROLE.search(text) and 1 < len(words) < 9,
        "firm": _FIRM.search(text) and len(words) < 9,
        "place": _PLACE.search(text) and len(words) < 12,
        "rule": _RULE.match(text),
        "device": DEVICE.match(text),
        "greeting": _GREETING.match(text),
        "postscript": _POSTSCRIPT.match(text),
        "listed": _LISTED.match(text),
        "code": _CODE.search(text) and not _CONTACT.match(text),
        "addressed": _ADDRESSED.match(text) and len(words) > 1,
        "only_name": words and len(words) <= 4 and len(named) >= len([one for one in words if len(one) > 1]) > 0,
        "has_name": named and len(words) <= 5,
        "name_like": _is_name_like(text, words),
        "stop": text.endswith((".", "!", "?", ":", ";")) and len(words) > 3,
        "comma": text.endswith(","),
        "all_capitals": len(words) > 1 and all(word[0].isupper() for word in words),
        "lower_start": words and text[0].islower(),
        "after_blank": line.after_blank,
    }
    found += [name for name, sign in signs.items() if sign]
    if index and is_closing(lines[index - 1].text):
        found.append("after_closing")
    return found


def start_traits(index: int, lines: Sequence[Line], names: frozenset[str]) -> list[str]:
    """The traits of a signature that begins with `lines[index]`: what it begins with, and how long it is."""
    line = lines[index]
    size = len(lines) - index
    whole_body = index == 0 and size < LOOKED_AT
    named = any(set(map(str.lower, _WORD.findall(each.text))) & names for each in lines[index:] if len(each.text) < 60)
    found = [f"size_{min(size, 3)}", "start"]
    found += ["start_closing"] if is_closing(line.text) else []
    found += ["start_after_blank"] if line.after_blank else []
    found += ["whole_body"] if whole_body else []
    found += ["start_before_greeting"] if index and _GREETING.match(lines[index - 1].text) else []
    found += ["signs_name"] if named else []
    found += ["left_closing"] if index and is_closing(lines[index - 1].text) else []
    found += ["start_rule"] if _RULE.match(line.text) else []
    found += ["closing_alone"] if size == 1 and is_closing(line.text) else []
    if size >= 4 and not any(is_closing(each.text) or _tells_how_to_reach(each.text) for each in lines[index:]):
        found.append("long_without_contact")
    return found


def _tells_how_to_reach(text: str) -> bool:
    patterns = (_PHONE, _EXTENSION, _CONTACT, _EMAIL, _URL, _PLACE, _ROLE, _FIRM)
    return any(pattern.search(text) for pattern in patterns)


def is_closing(text: str) -> bool:
    """Whether a line is a complimentary close: Thanks, Best regards, …"""
    return bool(_CLOSING.match(text))


def _is_name_like(text: str, words: Sequence[str]) -> bool:
    plain = re.sub(r"[\s.,*_'’/|-]", "", text)
    return 1 <= len(words) <= 3 and plain.isalpha() and all(word[0].isupper() for word in words)


def _bucket(count: int) -> str:
    for limit in (0, 1, 2, 4, 7, 11):
        if count <= limit:
            return str(limit)
    return "more"
