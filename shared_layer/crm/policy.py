"""Who may become a contact by mail, message, form or payment, and who never does."""

from __future__ import annotations

import re
from typing import Final, Literal

from shared_layer.crm.domains import PERSONAL_DOMAINS, domain_of
from shared_layer.crm.settings import CrmSettings

Way = Literal["mail-inbound", "mail-outbound", "slack", "form", "payment"]

NO_REPLY: Final = re.compile(
    r"(?:no|do[-_.]?not|never)[-_.]?reply|mailer-daemon|postmaster|bounces?|notifications?|alerts?"
)

ROLES: Final = frozenset(
    {
        "abuse",
        "accounting",
        "accounts",
        "admin",
        "administrator",
        "billing",
        "careers",
        "contact",
        "customerservice",
        "enquiries",
        "feedback",
        "finance",
        "hello",
        "help",
        "helpdesk",
        "hostmaster",
        "hr",
        "info",
        "inquiries",
        "invoice",
        "invoices",
        "it",
        "jobs",
        "legal",
        "mail",
        "marketing",
        "media",
        "news",
        "newsletter",
        "office",
        "orders",
        "press",
        "privacy",
        "purchasing",
        "reception",
        "root",
        "sales",
        "security",
        "service",
        "services",
        "shop",
        "spam",
        "subscribe",
        "support",
        "team",
        "unsubscribe",
        "webmaster",
    }
)
"""Local parts that stand for a function, not for a person (RFC 2142, and what companies use)."""


def refusal(email: str | None, way: Way, settings: CrmSettings, *, automated: bool = False) -> str | None:
    """Why nobody new becomes a contact this way; None where somebody may."""
    if email is not None and (reason := excluded(email, settings)):
        return reason
    if way in ("slack", "form", "payment"):
        if way not in settings.create_from:
            return "policy"
    elif settings.mail == "never" or (settings.mail == "sent-to" and way == "mail-inbound"):
        return "policy"
    if email is None or way in ("form", "payment"):
        return None
    return "automated" if automated else _no_person(email, settings)


def excluded(email: str, settings: CrmSettings) -> str | None:
    """Why an address never belongs on a timeline: it is the tenant's own, or blocked."""
    email = email.strip().lower()
    domain = domain_of(email)
    if _within(domain, settings.internal_domains):
        return "internal"
    if email in settings.blocklist or _within(domain, [entry.removeprefix("@") for entry in settings.blocklist]):
        return "blocklist"
    return None


def _no_person(email: str, settings: CrmSettings) -> str | None:
    local = email.strip().lower().partition("@")[0].partition("+")[0]
    if NO_REPLY.search(local):
        return "no-reply"
    if local.replace(".", "").replace("-", "").replace("_", "") in ROLES:
        return "role"
    if not settings.personal_addresses and domain_of(email) in PERSONAL_DOMAINS:
        return "personal"
    return None


def _within(domain: str, domains: list[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in domains if one)
