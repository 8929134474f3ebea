"""What follows when all mails have left: a test to decide, a second round, or the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared_layer.marketing.mail.send import Send, send_document
from shared_layer.marketing.mail.setup import MailSetup
from shared_layer.messaging.unit import Unit


def stage_rest(send: Send, setup: MailSetup, moment: datetime, unit: Unit) -> None:
    """Stage that nothing is left to send for now, and when it is looked at again."""
    fields = {"state": "resting", "wake_at": None, "weigh_at": moment + until_weighed(send, setup)}
    unit.patch(send_document(unit.tenant_id, send.id), fields)


def until_weighed(send: Send, setup: MailSetup) -> timedelta:
    """How long readers have before a test is decided, or the second round begins."""
    if setup.test is not None and send.decision is None:
        return timedelta(hours=setup.test.wait_hours)
    if setup.resend is not None and send.resent_at is None:
        return timedelta(hours=setup.resend.after_hours)
    return timedelta()
