"""A person or a company as it is compared: every field plain text, empty where it is not known."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, Final

from shared_layer.crm.matching.texts import plain

_NUMBER: Final = re.compile(r"(\d+[a-z]?(?: \d+[a-z]?)*) (.+)|(.+) (\d+[a-z]?)")
_WRITTEN: Final = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "place": "pl",
    "court": "ct", "lane": "ln", "circle": "cir", "parkway": "pkwy", "highway": "hwy", "square": "sq",
    "north": "n", "south": "s", "east": "e", "west": "w", "strasse": "str", "saint": "st", "suite": "ste",
    "floor": "fl", "apartment": "apt", "building": "bldg", "village": "vlge",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """`number` is the house's; `born` is `YYYYMMDD`; `emails` are canonical; `phones` digits alone."""

    key: str
    given: str = ""
    family: str = ""
    company: str = ""
    number: str = ""
    street: str = ""
    unit: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    born: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    @property
    def is_company(self) -> bool:
        """Whether it names a company and nobody in it."""
        return bool(self.company) and not self.given and not self.family


def record(key: str, **values: Any) -> Record:
    """A record of texts as somebody wrote them. A house number in front of or behind the street is taken apart."""
    known = {field.name for field in fields(Record)} - {"key", "emails", "phones", "born"}
    texts = {name: plain(str(value or "")) for name, value in values.items() if name in known}
    if not texts.get("number") and (match := _NUMBER.fullmatch(texts.get("street", ""))):
        texts["number"] = match[1] or match[4]
        texts["street"] = match[2] or match[3]
    for name in ("street", "unit"):
        texts[name] = " ".join(_WRITTEN.get(word, word) for word in texts.get(name, "").split())
    return Record(
        key=key,
        born=re.sub(r"\D", "", str(values.get("born") or "")),
        emails=frozenset(values.get("emails", ())),
        phones=frozenset(digits for phone in values.get("phones", ()) if (digits := re.sub(r"\D", "", phone))),
        **texts,
    )
