"""A provider's call of its events: proven, each event taken once, acknowledged as soon as it is committed.

The address is the platform's, because the account at the provider is; whose mail an event is about is said by the tags
that we put on the mail, under the provider's signature.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from shared_layer.access.mounted import mounted
from shared_layer.core import clock, json
from shared_layer.core.errors import Conflict, SignatureRefused
from shared_layer.core.models import Model
from shared_layer.marketing.feedback.readings import Reader, Told, read_postmark, read_resend, read_sendgrid
from shared_layer.marketing.feedback.signatures import check_postmark, check_resend, check_sendgrid
from shared_layer.marketing.mail.mail import mail_document
from shared_layer.messaging.events.marketing import CampaignMailFeedback
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document

Provider = Literal["resend", "sendgrid", "postmark"]
BODY_LIMIT: Final = 1 << 20
MOST_EVENTS: Final = 1000
AT_ONCE: Final = 20
COLLECTION: Final = "marketing_feedback"
KEPT: Final = timedelta(days=30)
_TENANT: Final = re.compile(r"[a-z0-9-]{1,64}")
_MAIL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,90}-[0-9a-f]{24}-\d{1,2}")

Check = Callable[[Mapping[str, str], bytes, tuple[str, ...], float], None]
ROWS: Final[Mapping[Provider, tuple[Check, Reader]]] = {
    "resend": (check_resend, read_resend),
    "sendgrid": (check_sendgrid, read_sendgrid),
    "postmark": (check_postmark, read_postmark),
}


def secret_of(provider: Provider) -> str:
    """The secret by which a provider's calls are proven: what it signs with, or shows."""
    return f"{provider}-webhook-secret"


SECRETS: Final = tuple(secret_of(provider) for provider in ROWS)


class MailFeedbackReceipt(Model):
    """What the provider is told: how many events were taken now, and how many say nothing new."""

    taken: int
    passed_over: int


async def receive(provider: Provider, raw: bytes, headers: Mapping[str, str], outer: Unit) -> MailFeedbackReceipt:
    """Take the events of a call. Raises SignatureRefused, MalformedJson."""
    check, read = ROWS[provider]
    secrets = mounted(secret_of(provider))
    if not secrets:
        raise SignatureRefused(
            f"No secret of {provider} is mounted: set {secret_of(provider).upper().replace('-', '_')}."
        )
    check(headers, raw, secrets, clock.now())
    body: Any = json.parse(raw)
    told = list(read(body, headers))[:MOST_EVENTS]
    taken = 0
    for start in range(0, len(told), AT_ONCE):
        some = told[start : start + AT_ONCE]
        taken += sum(await asyncio.gather(*[_take(provider, one, outer) for one in some]))
    return MailFeedbackReceipt(taken=taken, passed_over=len(told) - taken)


async def _take(provider: Provider, told: Told, outer: Unit) -> bool:
    """Commit one event with its record; false where it was taken before, or the mail is none that there is."""
    if not _TENANT.fullmatch(told.tenant_id) or not _MAIL.fullmatch(told.mail_id):
        return False
    if not (await mail_document(told.tenant_id, told.mail_id).get()).exists:
        return False
    unit, moment = Unit(outer.context, told.tenant_id, outer.emits), clock.utcnow()
    record = hashlib.sha256(f"{provider} {told.event_id} {told.outcome}".encode()).hexdigest()[:40]
    unit.create(
        tenant_document(told.tenant_id, COLLECTION, f"mfb_{record}"),
        {"mail_id": told.mail_id, "provider": provider, "outcome": told.outcome, "expires_at": moment + KEPT},
    )
    unit.emit(
        CampaignMailFeedback(
            campaign_id=told.mail_id.rsplit("-", 2)[0],
            mail_id=told.mail_id,
            provider=provider,
            outcome=told.outcome,
            detail=told.detail,
            told_at=moment,
        )
    )
    try:
        await unit.commit()
    except Conflict:
        return False
    return True
