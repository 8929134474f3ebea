"""What a signature tells of its author: a telephone number, a title, a company."""

from __future__ import annotations

import re
from typing import Final

from shared_layer.gmail.body.traits import names_of
from shared_layer.messaging.events.gmail import SignatureDetails

_NUMBER: Final = re.compile(r"\+?\(?\d[\d ().\-/]{6,}\d")
_FAX: Final = re.compile(r"\b(fax|f)\b\W", re.IGNORECASE)
_SPLIT: Final = re.compile(r"\s*(?:\||•|·|,|\t| {2,}| [-–—] )\s*")
_TITLE: Final = re.compile(
    r"\b(manager|director|president|vp|chief|ceo|cfo|cto|coo|officer|head|lead|analyst|engineer|developer|designer"
    r"|consultant|associate|assistant|coordinator|specialist|attorney|counsel|partner|founder|owner|professor"
    r"|representative|strategist|producer|editor|architect|controller|buyer)\b",
    re.IGNORECASE,
)
_COMPANY: Final = re.compile(
    r"\b(inc|llc|ltd|limited|corp|corporation|company|gmbh|ag|plc|group|university|institute|bank|studio|agency"
    r"|associates|solutions|partners|werkstatt|coffee|labs?)\b\.?",
    re.IGNORECASE,
)
LENGTH: Final = 100


def details_of(signature: str, sender: str) -> SignatureDetails | None:
    """What is told, where it is told; None where nothing is."""
    phone = title = company = None
    names = names_of(sender)
    for line in signature.splitlines():
        number = _NUMBER.search(line)
        if number and phone is None and not _FAX.search(line[: number.start()][-8:]):
            digits = sum(character.isdigit() for character in number[0])
            phone = number[0].strip() if 8 <= digits <= 15 else None
        for part in (part.strip(" *_") for part in _SPLIT.split(line) if "@" not in line):
            own = {word.lower() for word in part.split()} & names
            if not part or len(part) > LENGTH or own:
                continue
            if title is None and _TITLE.search(part):
                title = part
            elif company is None and _COMPANY.search(part) and not any(each.isdigit() for each in part):
                company = part
    found = SignatureDetails(phone=phone, title=title, company=company)
    return found if found != SignatureDetails() else None
