"""Domains: which belong to mail providers rather than companies, and which company one belongs to."""

from __future__ import annotations

from typing import Final

PERSONAL_DOMAINS: Final = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "hotmail.co.uk",
        "hotmail.fr",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.co.uk",
        "yahoo.fr",
        "yahoo.de",
        "ymail.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.com",
        "mail.ru",
        "yandex.ru",
        "yandex.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "tutanota.com",
        "zoho.com",
        "fastmail.com",
        "hey.com",
        "qq.com",
        "163.com",
        "126.com",
        "orange.fr",
        "free.fr",
        "laposte.net",
        "wanadoo.fr",
        "libero.it",
        "bigpond.com",
        "optusnet.com.au",
        "btinternet.com",
        "sky.com",
        "comcast.net",
        "verizon.net",
        "att.net",
    }
)

_SECOND_LEVEL: Final = frozenset(
    {"ac", "co", "com", "edu", "gov", "gob", "go", "ltd", "me", "ne", "net", "nom", "or", "org", "plc", "sch"}
)


def domain_of(email: str) -> str:
    """What stands behind the @, in lower case."""
    return email.rpartition("@")[2].strip().lower()


def registrable(domain: str) -> str:
    """The part of a domain that somebody registers: `mail.acme.co.uk` is `acme.co.uk`."""
    labels = domain.split(".")
    wide = len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2
    return ".".join(labels[-3:] if wide else labels[-2:])


def company_domain(emails: list[str]) -> str | None:
    """The domain of the first address that is a company's; None where all are private."""
    for email in emails:
        domain = registrable(domain_of(email))
        if domain and domain not in PERSONAL_DOMAINS:
            return domain
    return None


def company_name(domain: str) -> str:
    """A name for the company behind a domain, until somebody writes a better one: `blue-fin.io` is `Blue Fin`."""
    label = registrable(domain).partition(".")[0]
    return " ".join(part.capitalize() for part in label.replace("_", "-").split("-") if part) or domain
