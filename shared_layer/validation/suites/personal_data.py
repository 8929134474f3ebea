"""Does it tell of somebody what is nobody's business: addresses, numbers of telephones, accounts and cards, keys.

    IBAN         ISO 13616: the length of the country, remainder 1 by 97 (ISO 7064)
    card         ISO/IEC 7812: an issuer's range and length, Luhn's check digit
    telephone    libphonenumber: numbers that can be dialled, of the ruleset's region where they name no country
    ssn          the ranges that the US Social Security Administration gives out

What checks itself by a sum is found without false alarms; the excerpt shows the beginning only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared_layer.validation.judge import Judge
from shared_layer.validation.material import Material, Passage

_EMAIL: Final = re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![\w@])")
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}")
_CARD: Final = re.compile(r"(?<![\d.,-])\d(?:[ -]?\d){11,18}(?![\d-])")
_SSN: Final = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_IP: Final = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_SECRET: Final = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[oprsu]_[A-Za-z0-9]{30,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bsk-[A-Za-z0-9_-]{20,}"
    r"|\b[sr]k_live_[A-Za-z0-9]{16,}|\bxyn_(?:live|op)_[A-Za-z0-9_]{16,}|\bAIza[A-Za-z0-9_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_IBAN_COUNTRIES: Final = (
    "15:NO 16:BE 18:DK,FO,FI,GL,NL,SD 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,MN,XK 21:CH,HR,LI,LV "
    "22:BG,BH,CR,DE,GB,GE,IE,ME,RS,VA 23:AE,GI,IL,IQ,OM,SO,TL 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG 25:LY,PT,ST "
    "26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM 28:AL,AZ,BY,CY,DO,GT,HU,LB,NI,PL,SV 29:BR,EG,PS,QA,UA 30:JO,KW,MU,YE "
    "31:MT,SC 32:LC 33:RU"
)
_IBAN_LENGTHS: Final = {
    code: int(length)
    for length, _, codes in (entry.partition(":") for entry in _IBAN_COUNTRIES.split())
    for code in codes.split(",")
}
_ISSUERS: Final = (
    (re.compile(r"4"), {13, 16, 19}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"6011|64[4-9]|65"), {16, 19}),
    (re.compile(r"30[0-5]|3095|36|3[89]"), {14, 16, 19}),
    (re.compile(r"352[89]|35[3-8]"), {16, 17, 18, 19}),
    (re.compile(r"62"), {16, 17, 18, 19}),
    (re.compile(r"50|5[6-9]|6[0-9]"), {12, 13, 14, 15, 16, 17, 18, 19}),
)
_CALLED: Final = {
    "email": ("an e-mail address", "Name a role address that may stand there, or take it out."),
    "phone": ("a telephone number", "Name a number that may stand there, or take it out."),
    "iban": ("an account number (IBAN)", "Take it out; send it to whom it concerns."),
    "card": ("a card number", "Take it out at once: it must not be stored (PCI DSS)."),
    "ssn": ("a social security number", "Take it out."),
    "ip_address": ("an IP address", "Take it out, or use one of 192.0.2.0/24 for an example."),
    "secret": ("a key or a token", "Take it out, and revoke it: whoever read this has it."),
}


@dataclass(frozen=True, slots=True)
class Personal:
    """One find in a text."""

    kind: str
    start: int
    end: int
    value: str


def check(material: Material, judge: Judge) -> None:
    """Say what personal data stands in a text, but for what the ruleset allows."""
    allowed = {_plain(one) for one in judge.ruleset.allowed_personal_data}
    for passage in material.passages:
        for find in found_in(passage.text, judge.ruleset.phone_region):
            if not _allowed(find, allowed):
                _say(find, passage, judge)


def found_in(text: str, region: str = "US") -> list[Personal]:
    """Every find, in order; what lies within a surer one is dropped."""
    kept: list[Personal] = []
    for find in _all(text, region):
        if not any(find.start < one.end and one.start < find.end for one in kept):
            kept.append(find)
    return sorted(kept, key=lambda find: find.start)


def _all(text: str, region: str) -> Iterator[Personal]:
    """The finds, the surest kinds first."""
    for kind, pattern in (("secret", _SECRET), ("email", _EMAIL)):
        for match in pattern.finditer(text):
            yield Personal(kind, match.start(), match.end(), match[0])
    for match in _IBAN.finditer(text):
        if end := iban_end(match[0]):
            yield Personal("iban", match.start(), match.start() + end, match[0][:end])
    for match in _CARD.finditer(text):
        if is_card(re.sub(r"\D", "", match[0])):
            yield Personal("card", match.start(), match.end(), match[0])
    for kind, pattern in (("ssn", _SSN), ("ip_address", _IP)):
        for match in pattern.finditer(text):
            if kind != "ip_address" or _somebodys(match[0]):
                yield Personal(kind, match.start(), match.end(), match[0])
    yield from _phones(text, region)


def _phones(text: str, region: str) -> Iterator[Personal]:
    if not re.search(r"\d(?:\D{0,3}\d){6}", text):
        return
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(text, region, max_tries=10_000):
        yield Personal("phone", match.start, match.end, match.raw_string)


def iban_end(text: str) -> int:
    """Where an IBAN at the beginning of `text` ends; 0 where none begins there."""
    length = _IBAN_LENGTHS.get(text[:2], 0)
    places = [at for at, sign in enumerate(text) if sign.isalnum()][:length]
    if not length or len(places) < length:
        return 0
    number = "".join(text[at] for at in places)
    end = places[-1] + 1
    if text[end : end + 1].isalnum():
        return 0
    digits = "".join(str(int(sign, 36)) for sign in number[4:] + number[:4])
    return end if int(digits) % 97 == 1 else 0


def is_card(digits: str) -> bool:
    """Whether some digits are a card's number by their issuer, their length and Luhn's sum."""
    if len(set(digits)) < 2 or not any(found.match(digits) and len(digits) in sizes for found, sizes in _ISSUERS):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _somebodys(address: str) -> bool:
    """Whether an IP address may be a person's: none of a private network or of documentation."""
    from ipaddress import ip_address

    return ip_address(address).is_global


def _allowed(find: Personal, allowed: set[str]) -> bool:
    value = _plain(find.value)
    domain = "@" + value.rpartition("@")[2] if find.kind == "email" else ""
    return value in allowed or domain in allowed


def _plain(value: str) -> str:
    kept = "".join(sign for sign in value.casefold() if not sign.isspace())
    return kept if "@" in kept else re.sub(r"[().-]", "", kept)


def _say(find: Personal, passage: Passage, judge: Judge) -> None:
    what, fix = _CALLED[find.kind]
    judge.say(
        f"pii.{find.kind}",
        f"This is {what}.",
        fix,
        span=passage.span(find.start, find.end),
        excerpt=masked(find.value),
    )


def masked(value: str) -> str:
    """The beginning of a value, and as many dots as it has signs more."""
    shown = 2 if len(value) > 6 else 1
    return value[:shown] + "•" * min(12, len(value) - shown)
