"""One spelling for everything: what follows from a contact's fields is filled in, and kept in step by every write."""

from __future__ import annotations

from shared_layer.core.errors import ValidationFailed
from shared_layer.crm.blocking import block_keys
from shared_layer.crm.contact import StoredContact
from shared_layer.crm.domains import company_domain, company_name
from shared_layer.crm.identity import canonical_email, e164
from shared_layer.crm.terms import terms_of, words_of


def normal_emails(emails: list[str]) -> list[str]:
    """Addresses in lower case; two spellings of one mailbox are one address, the first."""
    kept: dict[str, str] = {}
    for email in emails:
        kept.setdefault(canonical_email(email), email.strip().lower())
    return list(kept.values())


def normal_phones(phones: list[str], region: str) -> list[str]:
    """Numbers in E.164, each once. Raises ValidationFailed naming the first that is none."""
    kept = []
    for position, phone in enumerate(phones):
        number = e164(phone, region)
        if number is None:
            detail = (
                f"this is no telephone number; write it with its country, such as +1 202 555 0143 (read as {region})"
            )
            entry = {"pointer": f"/phones/{position}", "in": "body", "detail": detail, "type": "phone"}
            raise ValidationFailed(errors=[entry])
        kept.append(number)
    return list(dict.fromkeys(kept))


def split_name(name: str) -> tuple[str | None, str | None]:
    """Given and family name of a full one; a single word is a given name."""
    from nameparser import HumanName

    parsed = HumanName(name)
    given = " ".join(part for part in (parsed.first, parsed.middle) if part)
    return given or None, parsed.last or None


def complete(contact: StoredContact) -> StoredContact:
    """Fill in names, company and what the contact is sorted, searched and blocked by. Done twice it is the same."""
    parts = [part for part in (contact.given_name, contact.family_name) if part]
    if contact.name is None and parts:
        contact.name = " ".join(parts)[:200]
    elif contact.name is not None and not parts:
        contact.given_name, contact.family_name = split_name(contact.name)
    contact.company_domain = company_domain(contact.emails)
    if contact.company is None and contact.company_domain is not None:
        contact.company = company_name(contact.company_domain)
    contact.tags = sorted(set(contact.tags))
    return reindex(contact)


def reindex(contact: StoredContact) -> StoredContact:
    """Make what the contact is sorted, searched and blocked by anew."""
    by = [contact.family_name, contact.given_name] if contact.family_name else [contact.label]
    contact.sort_name = " ".join(words_of(" ".join(part for part in by if part)))[:200]
    contact.terms = terms_of(contact)
    contact.blocks = block_keys(contact)
    return contact
