"""What other systems tell of, put on the one timeline of the person: once each, however often and in whatever order.

An interaction's id is the hash of its key where it happened (team, channel and ts; a mail's id and address; a payment's
id; a form's id), so that a second telling, under whatever event id, finds its document there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared_layer.core import clock
from shared_layer.crm.arrivals import Evidence, person
from shared_layer.crm.domains import PERSONAL_DOMAINS, domain_of
from shared_layer.crm.identity import e164, email_identity
from shared_layer.crm.interaction import (
    Direction,
    Kind,
    StoredInteraction,
    business_id,
    interaction_document,
)
from shared_layer.crm.next_steps import TITLE_LENGTH, suggested
from shared_layer.crm.people import owners
from shared_layer.crm.settings import CrmSettings, read_settings
from shared_layer.crm.suggesting import suggest
from shared_layer.crm.suggestion import TaskSuggestion, suggestion_id
from shared_layer.crm.timeline import stage_interaction
from shared_layer.messaging.events.gmail import GmailMessageIngested, MailAddress
from shared_layer.messaging.events.webhooks import LeadCaptured, PaymentReceived
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot


async def recorded(tenant_id: str, interaction_id: str) -> StoredInteraction | None:
    """The interaction, where somebody told of it before."""
    snapshot = await interaction_document(tenant_id, interaction_id).get()
    return from_snapshot(snapshot, StoredInteraction) if snapshot.exists else None


def entry(
    interaction_id: str,
    contact_id: str,
    evidence: Evidence,
    kind: Kind,
    reference: str,
    occurred_at: datetime,
    direction: Direction = "inbound",
    **fields: Any,
) -> StoredInteraction:
    """An interaction of a person that an event named."""
    return StoredInteraction(
        id=interaction_id,
        contact_id=contact_id,
        kind=kind,
        direction=direction,
        origin=evidence.source,
        reference=reference,
        occurred_at=occurred_at,
        recorded_by=evidence.source,
        recorded_at=clock.utcnow(),
        identity=evidence.identities[0].document_id,
        **fields,
    )


async def hear_mail(mail: GmailMessageIngested, unit: Unit) -> None:
    """Put a mail on the timeline of everybody outside who sent or got it, once each."""
    settings = await read_settings(unit.tenant_id)
    settings = settings.model_copy(
        update={"internal_domains": [*settings.internal_domains, *_own_domain(mail.mailbox)]}
    )
    outbound = mail.direction == "outbound"
    addresses = await _one_each(mail.recipients if outbound else [mail.sender], unit.tenant_id)
    people: dict[str, tuple[MailAddress, Evidence]] = {}
    for address in addresses:
        evidence = _of_mail(mail, address)
        contact_id = await person(evidence, settings, unit)
        if contact_id is not None:
            people.setdefault(contact_id, (address, evidence))
    for contact_id, (address, evidence) in people.items():
        interaction_id = business_id("gmail", mail.message_id, address.email.lower())
        if await recorded(unit.tenant_id, interaction_id) is None:
            seen = {"subject": mail.subject[:300] if settings.mail_visibility != "metadata" else ""}
            seen["text"] = mail.text[:5000] if settings.mail_visibility == "everything" else ""
            stage_interaction(
                unit,
                entry(
                    interaction_id, contact_id, evidence, "mail", mail.message_id, mail.sent_at,
                    mail.direction, thread=mail.thread_id, **seen,
                ),
            )  # fmt: skip
    if people:
        await _suggest(mail, next(iter(people)), settings, unit)


async def _suggest(mail: GmailMessageIngested, contact_id: str, settings: CrmSettings, unit: Unit) -> None:
    """Stage the next step that a mail speaks of: what they ask or promise, what we promise.

    No more of the mail is told than the team may see of it: the subject stands for a sentence that it may not.
    """
    found = suggested(mail.text) if settings.mail_visibility != "metadata" and not mail.automated else None
    if found is None or (found.kind == "question" and mail.direction == "outbound"):
        return
    moment, shown = clock.utcnow(), settings.mail_visibility == "everything"
    suggestion = TaskSuggestion(
        id=suggestion_id("gmail", mail.message_id),
        contact_id=contact_id,
        origin="gmail",
        reference=mail.message_id,
        kind=found.kind,
        title=found.title if shown else mail.subject[:TITLE_LENGTH] or "(no subject)",
        said_at=mail.sent_at,
        created_at=moment,
        updated_at=moment,
    )
    await suggest(suggestion, settings, unit)


async def _one_each(addresses: list[MailAddress], tenant_id: str) -> list[MailAddress]:
    """The addresses in order, one for each mailbox and each contact."""
    by_mailbox = {email_identity(one.email): one for one in sorted(addresses, key=lambda one: one.email.lower())}
    owned = await owners(tenant_id, list(by_mailbox))
    people = {owned[mailbox].contact_id if mailbox in owned else mailbox: one for mailbox, one in by_mailbox.items()}
    return list(people.values())


def _own_domain(mailbox: str) -> list[str]:
    domain = domain_of(mailbox)
    return [] if domain in PERSONAL_DOMAINS or not domain else [domain]


def _of_mail(mail: GmailMessageIngested, address: MailAddress) -> Evidence:
    told: dict[str, str | None] = {"name": address.name}
    if mail.signature is not None and mail.direction == "inbound":
        told |= {"title": mail.signature.title}
        told |= {"company": mail.signature.company}
    return Evidence(
        way="mail-outbound" if mail.direction == "outbound" else "mail-inbound",
        source="gmail",
        emails=(address.email,),
        automated=mail.automated,
        told=told,
    )


async def hear_lead(lead: LeadCaptured, unit: Unit) -> None:
    """Put a form that somebody filled in on the timeline."""
    settings = await read_settings(unit.tenant_id)
    phone = e164(lead.phone, settings.phone_region) if lead.phone else None
    evidence = Evidence(
        way="form",
        source="form",
        emails=(lead.email,) if lead.email else (),
        phones=(phone,) if phone else (),
        told={"name": lead.name, "company": lead.company},
    )
    text = "\n".join(f"{name}: {value}" for name, value in lead.fields.items())[:5000]
    await _hear_once(
        evidence, settings, unit, business_id("form", lead.lead_id), "form", lead.lead_id, lead.captured_at,
        {"subject": lead.form[:300], "text": text},
    )  # fmt: skip


async def hear_payment(payment: PaymentReceived, unit: Unit) -> None:
    """Put a payment, or money that went back, on the timeline of who paid."""
    settings = await read_settings(unit.tenant_id)
    evidence = Evidence(
        way="payment",
        source="payment",
        emails=(payment.customer_email,) if payment.customer_email else (),
        told={"name": payment.customer_name},
    )
    refund = payment.refund_of is not None
    await _hear_once(
        evidence, settings, unit, business_id("payment", payment.provider, payment.payment_id),
        "refund" if refund else "payment", payment.payment_id, payment.paid_at,
        {"amount_minor": payment.amount_minor, "currency": payment.currency, "thread": payment.refund_of},
    )  # fmt: skip


async def _hear_once(
    evidence: Evidence,
    settings: CrmSettings,
    unit: Unit,
    interaction_id: str,
    kind: Kind,
    reference: str,
    moment: datetime,
    fields: dict[str, Any],
) -> None:
    contact_id = await person(evidence, settings, unit)
    if contact_id is not None and await recorded(unit.tenant_id, interaction_id) is None:
        stage_interaction(unit, entry(interaction_id, contact_id, evidence, kind, reference, moment, **fields))
