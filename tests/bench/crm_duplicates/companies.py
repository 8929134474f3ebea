"""Companies as lists of customers have them: one company under other spellings, forms, orders and addresses.

Made with other faults than `tests/data/contacts/companies.csv`, which the matching was tuned on: German, French,
Spanish, Nordic and English names, transliterations, branches, no address at all, and strangers who share most words.
"""

from __future__ import annotations

import random
import unicodedata
from typing import Final

Row = dict[str, str]

FOUNDERS: Final = (
    "Müller", "Schäfer", "Grünwald", "Lefèvre", "Bélanger", "Nuñez", "Ibáñez", "Søgaard", "Håkansson", "Fitzgerald",
    "O'Connor", "McAllister", "Van der Berg", "De Luca", "Rossi", "Kowalski", "Novák", "Yilmaz", "Haddad", "Okafor",
    "Whitmore", "Blackwood", "Ashcroft", "Hartmann", "Lindqvist", "Castellano", "Dubois", "Fontaine", "Weiß", "Krüger",
    "Pemberton", "Sinclair", "Thackeray", "Bianchi", "Moreau", "Eriksen", "Halvorsen", "Petrov", "Nakamura", "Ortega",
)  # fmt: skip
COINED: Final = (
    "Novatek", "Alpenglow", "Bluepeak", "Quantaris", "Solvenia", "Corvex", "Helionix", "Medistar", "Ferrum", "Lumiere",
    "Aquaterra", "Verdant", "Nordlicht", "Oakbridge", "Silverline", "Redwood", "Ironclad", "Brightwater", "Kestrel",
    "Meridian", "Polaris", "Zephyr", "Terranova", "Cascadia", "Pinnacle", "Harborview", "Stonegate", "Fairmont",
)  # fmt: skip
TRADES: Final = (
    "Bakery", "Logistics", "Engineering", "Manufacturing", "Consulting", "Software", "Dental Clinic", "Catering",
    "Construction", "Electronics", "Textiles", "Pharmaceuticals", "Furniture", "Printing", "Insurance", "Transport",
    "Brewery", "Optics", "Packaging", "Robotics", "Veterinary Practice", "Travel", "Security", "Metalworks",
)  # fmt: skip
FORMS: Final = (
    ("GmbH", "G.m.b.H.", "Gesellschaft mbH", "GmbH & Co. KG"), ("Ltd", "Limited", "Ltd.", "LTD"), ("S.A.", "SA", "S A"),
    ("Inc", "Inc.", "Incorporated", "INC"), ("LLC", "L.L.C.", "Llc"), ("S.L.", "SL", "Sociedad Limitada"),
    ("AB", "Aktiebolag"), ("ApS", "A.p.S."), ("SARL", "S.à r.l.", "Sarl"), ("AG", "Aktiengesellschaft"),
)  # fmt: skip
SHORT: Final = {
    "Engineering": "Engr", "Manufacturing": "Mfg", "Construction": "Constr.", "Electronics": "Electr.",
    "Logistics": "Log.",
    "Pharmaceuticals": "Pharma", "International": "Intl", "Brothers": "Bros", "Insurance": "Ins.", "Company": "Co",
    "Technologies": "Tech", "Association": "Assn", "Transport": "Transp.", "Software": "SW", "and": "&",
}  # fmt: skip
UMLAUTS: Final = {"ü": "ue", "ä": "ae", "ö": "oe", "ß": "ss", "ø": "oe", "å": "aa", "ñ": "n"}
CITIES: Final = ("Hamburg", "Lyon", "Leeds", "Valencia", "Aarhus", "Malmö", "Boston", "Denver", "Torino", "Gdańsk")
STREETS: Final = (
    "Market Street", "Station Road", "Hafenstraße", "Rue de la Paix", "Calle Mayor", "Kirkegade", "Mill Lane",
    "Parkweg", "Second Avenue", "Via Roma", "Industriestraße", "Harbour Road", "Queens Avenue", "Lange Straße",
    "Church Hill",
)  # fmt: skip


def companies(seed: int = 5, count: int = 900) -> dict[str, list[Row]]:
    """Two sets: with addresses and numbers as lists have them, and with names and little else."""
    return {
        "companies, other noise": _rows(random.Random(seed), count, known=0.8),
        "companies, few addresses": _rows(random.Random(seed + 1), count, known=0.35),
    }


def _rows(chance: random.Random, count: int, known: float) -> list[Row]:
    rows = []
    names: set[str] = set()
    for number in range(count):
        while (company := _company(chance))["company"] in names:
            pass
        names.add(company["company"])
        for _ in range(chance.choices((1, 2, 3, 4, 6), (40, 30, 15, 10, 5))[0]):
            rows.append({"cluster": f"c{number}", **_variant(company, chance, known)})
    chance.shuffle(rows)
    return rows


def _company(chance: random.Random) -> Row:
    name = chance.choice(
        (
            lambda: f"{chance.choice(FOUNDERS)} {chance.choice(TRADES)}",
            lambda: f"{chance.choice(FOUNDERS)} and {chance.choice(FOUNDERS)} {chance.choice(TRADES)}",
            lambda: f"{chance.choice(COINED)} {chance.choice(TRADES)}",
            lambda: f"{chance.choice(COINED)} {chance.choice(COINED)} International",
            lambda: f"{chance.choice(FOUNDERS)} Brothers {chance.choice(TRADES)} Company",
            lambda: f"{chance.choice(CITIES)} {chance.choice(TRADES)} Association",
        )
    )()
    return {
        "company": name,
        "form": str(chance.randrange(len(FORMS))),
        "street": f"{chance.randint(1, 250)} {chance.choice(STREETS)}",
        "city": chance.choice(CITIES),
        "zip": f"{chance.randint(10_000, 99_999)}",
        "phone": f"+1202{chance.randint(2_000_000, 9_999_999)}",
    }


def _variant(company: Row, chance: random.Random, known: float) -> Row:
    words = [SHORT.get(word, word) if chance.random() < 0.35 else word for word in company["company"].split()]
    if chance.random() < 0.12 and len(words) > 1:
        words = [*words[1:], words[0]]
    if chance.random() < 0.06 and len(words) > 2:
        words.pop(chance.randrange(1, len(words)))
    name = " ".join(words)
    if chance.random() < 0.7:
        name += chance.choice((" ", ", ")) + chance.choice(FORMS[int(company["form"])])
    for change, likely in ((_ascii, 0.35), (_typo, 0.25), (str.upper, 0.15), (_decorated, 0.1)):
        if chance.random() < likely:
            name = change(name) if change is str.upper else change(name, chance)
    row = {"company": name}
    for field in ("street", "city", "zip", "phone"):
        given = company[field] if chance.random() < known else ""
        row[field] = _typo(given, chance) if given and field != "phone" and chance.random() < 0.12 else given
    return row


def _ascii(name: str, chance: random.Random) -> str:
    if chance.random() < 0.5:
        for letter, written in UMLAUTS.items():
            name = name.replace(letter, written)
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _typo(text: str, chance: random.Random) -> str:
    place = chance.randrange(1, max(2, len(text) - 1))
    kind = chance.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place - 1] + text[place:]
    return text[: place - 1] + text[place - 1 : place + 1][::-1] + text[place + 1 :]


def _decorated(name: str, chance: random.Random) -> str:
    return chance.choice((f"The {name}", f"{name} (Head Office)", f"{name} - Branch", f"{name} Group", f"*{name}*"))
