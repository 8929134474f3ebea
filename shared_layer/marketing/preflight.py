"""What keeps a campaign from being launched, each with what to do: looked at before anything leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from shared_layer.core import clock
from shared_layer.core.errors import DeadlineExceeded, FetchFailed, NotFound, UrlRefused, ValidationFailed
from shared_layer.core.settings import settings
from shared_layer.crm.contact import StoredContact
from shared_layer.marketing.audience.segment import get_segment
from shared_layer.marketing.audience.walking import parts
from shared_layer.marketing.campaign import Campaign
from shared_layer.marketing.mail.composing import Addressee, made_for
from shared_layer.marketing.mail.mail import mail_id, mailbox_key
from shared_layer.marketing.mail.setup import MailSetup, MailVariant
from shared_layer.marketing.mail.suppression import suppressed
from shared_layer.marketing.templates.links import fault_of, links_of
from shared_layer.outbound import Outbound

PAGES: Final = 10
LINKS: Final = 20
SECONDS: Final = 4.0
GONE: Final = frozenset({404, 410})
"""What a page that is not there answers; 403 and 429 are only told to us, and a time-out may be ours."""

Remaining = Callable[[str], Awaitable[int | None]]
"""How many mails the tenant may still send this month; None where nothing limits it."""


@dataclass(slots=True)
class Preflight:
    """What is missing, and how many people at least will be written to."""

    missing: list[str] = field(default_factory=list)
    audience: int = 0


def plan_faults(campaign: Campaign) -> list[str]:
    """What the plan lacks."""
    missing = []
    if sum(channel.budget_usd for channel in campaign.plan.channels) <= 0:
        missing.append("No channel has a budget: give one a budget_usd.")
    if len({variant.label for variant in campaign.plan.variants}) < len(campaign.plan.variants):
        missing.append("Two variants have the same label: rename one.")
    if not campaign.plan.segments:
        missing.append("The plan has no segment: name an audience.")
    return missing


async def preflight(campaign: Campaign, tenant_id: str, remaining: Remaining) -> Preflight:
    """Everything that is looked at: plan, audience, wordings, links, budget and quota."""
    found = Preflight(plan_faults(campaign))
    if campaign.mail is None:
        return found
    people = await _people(campaign.mail, tenant_id, found)
    if people:
        found.missing += await _wordings(campaign, campaign.mail, people[0], tenant_id)
    found.missing += _money(campaign, campaign.mail, found.audience)
    left = await remaining(tenant_id)
    if left is not None and found.audience > left:
        found.missing.append(f"The plan leaves {left} mails this month, and {found.audience} are to be sent.")
    return found


async def _people(setup: MailSetup, tenant_id: str, found: Preflight) -> list[StoredContact]:
    """Those who can be written to, of the first 2,000 candidates; the first of them. Counted in `found`."""
    try:
        segment = await get_segment(setup.segment_id, tenant_id)
    except NotFound:
        found.missing.append("The segment is gone: name another as mail.segment_id.")
        return []
    first: list[StoredContact] = []
    async for part in parts(tenant_id, segment.rule, clock.utcnow(), PAGES):
        reachable = [one for one in part.contacts if one.emails and "@" in one.emails[0]]
        refused = await suppressed([mailbox_key(tenant_id, one.emails[0]) for one in reachable], tenant_id)
        kept = [one for one in reachable if mailbox_key(tenant_id, one.emails[0]) not in refused]
        found.audience += len(kept)
        first = first or kept[:1]
    if not found.audience:
        found.missing.append("Nobody can be written to: the segment is empty, or none has an address that wants mail.")
    return first


async def _wordings(campaign: Campaign, setup: MailSetup, contact: StoredContact, tenant_id: str) -> list[str]:
    mailbox = mailbox_key(tenant_id, contact.emails[0])
    addressee = Addressee.of(tenant_id, mail_id(campaign.id, mailbox, 1), contact.emails[0], contact)
    faults: list[str] = []
    links: dict[str, str] = {}
    for variant in setup.variants:
        faults += _of_variant(campaign, setup, variant, addressee, links)
    checked = list(links)[:LINKS]
    answers = await asyncio.gather(*[_answer(link) for link in checked])
    return faults + [
        f"Variant {links[link]} links to {link}, which {fault}."
        for link, fault in zip(checked, answers, strict=True)
        if fault
    ]


def _of_variant(
    campaign: Campaign, setup: MailSetup, variant: MailVariant, addressee: Addressee, links: dict[str, str]
) -> list[str]:
    """What one wording lacks; its links are added to `links`."""
    try:
        made = made_for(campaign, setup, variant, addressee, 1)
    except ValidationFailed as error:
        return [f"Variant {variant.label} cannot be read: {error.detail}"]
    faults = [
        f"Variant {variant.label}, {one.part}, line {one.line}, column {one.column}: {one.detail}"
        for one in made.missing
    ]
    found = links_of(made.html)
    if addressee.unsubscribe_url not in found:
        faults.append(f"Variant {variant.label} has no way out: put {{{{ unsubscribe_url }}}} into a link.")
    for link in found:
        if fault := fault_of(link):
            if link != addressee.unsubscribe_url:
                faults.append(f"Variant {variant.label} links to {link[:100]!r}: {fault}.")
        elif link != addressee.unsubscribe_url:
            links.setdefault(link, variant.label)
    return faults


async def _answer(link: str) -> str | None:
    """What is wrong with where a link leads, where that is certain."""
    client = Outbound(seconds=SECONDS, limit=1 << 20, trusted=settings().webhook_receivers)
    try:
        status = (await client.fetch(link)).status
    except UrlRefused as error:
        return f"readers cannot reach: {error.detail}"
    except (FetchFailed, DeadlineExceeded):
        return None
    return f"answers {status}" if status in GONE else None


def _money(campaign: Campaign, setup: MailSetup, audience: int) -> list[str]:
    cost = audience * setup.pacing.usd_per_thousand / 1000
    budget = sum(channel.budget_usd for channel in campaign.plan.channels if channel.channel == "email")
    if not cost or cost <= budget:
        return []
    return [f"The mails cost ${cost:,.2f} and the plan's e-mail channel has ${budget:,}: raise it, or write to fewer."]
