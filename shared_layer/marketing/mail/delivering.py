"""One mail on its way: what keeps it back is looked at, then it is claimed, handed over once, and settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import ValidationFailed
from shared_layer.crm.contact import StoredContact
from shared_layer.marketing.campaign import Campaign
from shared_layer.marketing.mail import outbox
from shared_layer.marketing.mail.claiming import claim, may_be_repeated, settle
from shared_layer.marketing.mail.composing import Addressee, letter_for, made_for
from shared_layer.marketing.mail.frequency import Frequency
from shared_layer.marketing.mail.letter import Letter
from shared_layer.marketing.mail.mail import StoredMail
from shared_layer.marketing.mail.provider import MailProvider, MailRefused
from shared_layer.marketing.mail.quiet_hours import allowed_at
from shared_layer.marketing.mail.setup import MailSetup
from shared_layer.messaging.departing import BACKOFF
from shared_layer.messaging.events.marketing import CampaignMailSent
from shared_layer.messaging.unit import Unit

Fields = dict[str, Any]


@dataclass(slots=True)
class Turn:
    """What a turn's mails share. `paused_until` is set where the provider asked for a pause."""

    campaign: Campaign
    setup: MailSetup
    provider: MailProvider | None
    unit: Unit
    paused_until: datetime | None = None

    @property
    def provider_id(self) -> str:
        """The provider's name, `mock` where none is configured."""
        return self.provider.id if self.provider else outbox.PROVIDER

    @property
    def keyed(self) -> bool:
        """Whether a mail can be handed over twice and still be one: the mock's outbox knows our keys as well."""
        return self.provider is None or self.provider.keyed


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of a mail's addressee."""

    contact: StoredContact | None
    suppressed: bool
    frequency: Frequency = field(default_factory=lambda: Frequency({}, None))


def closed(state: str, code: str) -> Fields:
    """A mail that goes no further."""
    return {"state": state, "code": code, "open": False}


async def deliver(mail: StoredMail, known: Known, turn: Turn) -> None:
    """Send a mail, or note why it is not sent, or not yet."""
    moment = clock.utcnow()
    again = mail.state == "sending"
    if again and not may_be_repeated(mail, turn.provider_id, turn.keyed, moment):
        await settle(mail, closed("in_doubt", "lost_answer"), turn.unit)
        return
    held_back = None if again else _held_back(mail, known, turn, moment)
    if held_back is not None:
        await settle(mail, held_back, turn.unit)
        return
    made = _composed(mail, known, turn)
    if isinstance(made, dict):
        await settle(mail, made, turn.unit)
        return
    taken = await claim(mail, known.frequency, turn.provider_id, turn.unit.tenant_id)
    if taken is not None:
        await _hand_over(taken.mail, made, turn)


def _held_back(mail: StoredMail, known: Known, turn: Turn, moment: datetime) -> Fields | None:
    """Why the mail is not sent, or when it may be; None where nothing keeps it back."""
    if known.suppressed:
        return closed("skipped", "suppressed")
    if known.contact is None or known.contact.status == "deleted":
        return closed("skipped", "contact_gone")
    if known.frequency.full(turn.setup.frequency_cap, mail.id, moment):
        return closed("skipped", "frequency_cap")
    allowed = allowed_at(turn.setup.quiet_hours, mail.zones, moment)
    return {"due_at": allowed, "code": "quiet_hours"} if allowed > moment else None


def _composed(mail: StoredMail, known: Known, turn: Turn) -> Letter | Fields:
    """The letter, or why there is none: nobody is greeted with a gap."""
    contact: dict[str, Any] = {}
    addressee = Addressee(turn.unit.tenant_id, mail.id, mail.email, contact)
    if known.contact is not None:
        addressee = Addressee.of(turn.unit.tenant_id, mail.id, mail.email, known.contact)
    try:
        made = made_for(turn.campaign, turn.setup, turn.setup.variant(mail.variant), addressee, mail.round)
    except ValidationFailed as error:
        return closed("failed", error.code)
    if made.missing:
        return closed("skipped", f"missing:{made.missing[0].variable}"[:100])
    return letter_for(turn.campaign, turn.setup, made, addressee, mail.variant)


async def _hand_over(mail: StoredMail, letter: Letter, turn: Turn) -> None:
    try:
        if turn.provider is None:
            provider_id = await outbox.take(letter, turn.unit.tenant_id, mail.campaign_id, mail.contact_id)
        else:
            provider_id = await turn.provider.hand_over(letter)
    except MailRefused as refused:
        if not refused.taken:
            await settle(mail, _after(refused, mail, turn), turn.unit)
            return
        provider_id = ""
    moment = clock.utcnow()
    sent = CampaignMailSent(
        campaign_id=mail.campaign_id,
        mail_id=mail.id,
        contact_id=mail.contact_id,
        variant=mail.variant,
        round=mail.round,
        subject=letter.subject,
        sent_at=moment,
    )
    fields = {"state": "sent", "code": None, "open": False, "sent_at": moment, "provider_id": provider_id}
    await settle(mail, fields, turn.unit, sent)


PATIENCE: Final = len(BACKOFF)


def _after(refused: MailRefused, mail: StoredMail, turn: Turn) -> Fields:
    """When a mail that was not taken is tried again, or that it is given up."""
    moment = clock.utcnow()
    if refused.throttled:
        turn.paused_until = moment + timedelta(seconds=max(1.0, refused.retry_after))
        return {"state": "waiting", "code": refused.code, "due_at": turn.paused_until}
    if refused.doubtful and not turn.keyed:
        return closed("in_doubt", refused.code)
    failures = mail.failures + 1
    if not refused.passing or failures > PATIENCE:
        return closed("in_doubt" if refused.doubtful else "failed", refused.code)
    wait = max(refused.retry_after, BACKOFF[failures - 1])
    state = "sending" if refused.doubtful else "waiting"
    return {"state": state, "code": refused.code, "failures": failures, "due_at": moment + timedelta(seconds=wait)}
