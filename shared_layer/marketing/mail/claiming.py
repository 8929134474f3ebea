"""A mail claimed by one sender, and settled with what came of it: on condition that nobody wrote it meanwhile.

Who dies with a claim loses it after a minute. Then the next one takes it up: with a provider that knows our key the
mail is handed over once more and is still one mail; else nobody knows, and it stays in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.marketing.mail.frequency import Frequency, frequency_document
from shared_layer.marketing.mail.mail import LEASE, StoredMail, mail_document, target_of
from shared_layer.messaging.registry import EventPayload
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

KEY_HOLDS: Final = timedelta(hours=23)
"""How long a provider remembers our key, with an hour to spare."""

ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is ours to send: `number` tells this claim from a later one."""

    mail: StoredMail
    number: int


async def claim(mail: StoredMail, frequency: Frequency, provider: str, tenant_id: str) -> Claim | None:
    """Take a mail, with its place in the frequency cap; None where somebody else wrote one of the two meanwhile."""
    from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition, NotFound

    moment, number = clock.utcnow(), mail.claims + 1
    fields: dict[str, Any] = {"state": "sending", "due_at": moment + LEASE, "claims": number, "provider": provider}
    batch = firestore().batch()
    option = firestore().write_option(last_update_time=mail.stored_at)
    batch.update(mail_document(tenant_id, mail.id), fields | {"updated_at": moment}, option=option)
    place, data = frequency_document(tenant_id, target_of(mail.id).mailbox), frequency.with_place(mail.id, moment)
    if frequency.read_at is None:
        batch.create(place, data)
    else:
        batch.update(place, data, option=firestore().write_option(last_update_time=frequency.read_at))
    try:
        results = await batch.commit()
    except (Aborted, AlreadyExists, FailedPrecondition, NotFound):
        return None
    taken = mail.model_copy(update=fields)
    taken.remember_update_time(results[0].update_time)
    return Claim(taken, number)


def may_be_repeated(mail: StoredMail, provider: str, keyed: bool, moment: datetime) -> bool:
    """Whether a mail whose earlier attempt was lost can be handed over again and still be one."""
    return keyed and mail.provider == provider and moment - mail.updated_at < KEY_HOLDS


async def settle(mail: StoredMail, fields: dict[str, Any], unit: Unit, told: EventPayload | None = None) -> bool:
    """Commit what came of a mail, with the event of it; false where a later claim has it, or it is gone.

    A reader's click may come between: then the mail is read again and settled all the same.
    """
    reference, stored_at = mail_document(unit.tenant_id, mail.id), mail.stored_at
    for _ in range(ATTEMPTS):
        step = Unit(unit.context, unit.tenant_id, unit.emits)
        step.patch_unchanged(reference, fields | {"updated_at": clock.utcnow()}, stored_at)
        if told is not None:
            step.emit(told)
        try:
            await step.commit()
        except VersionMismatch:
            return False
        except Conflict:
            snapshot = await reference.get()
            if not snapshot.exists:
                return False
            now = from_snapshot(snapshot, StoredMail)
            if now.claims != mail.claims or now.state != mail.state:
                return False
            stored_at = snapshot.update_time
        else:
            return True
    return False
