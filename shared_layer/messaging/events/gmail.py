"""Events of Gmail."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared_layer.core.models import Model
from shared_layer.messaging.registry import EventPayload, event_type


class MailAddress(Model):
    """A mailbox as a header names it."""

    email: str
    name: str = ""


class SignatureDetails(Model):
    """What a signature told of its author, where it told it."""

    phone: str | None = None
    title: str | None = None
    company: str | None = None


@event_type("gmail_history_due")
class GmailHistoryDue(EventPayload):
    """Gmail said that a mailbox changed: its history is read from the stored cursor."""

    mailbox_id: str
    history_id: str


@event_type("gmail_message_ingested")
class GmailMessageIngested(EventPayload):
    """A message of a connected mailbox, read and taken apart.

    `direction` is seen from the mailbox; `automated` is true for lists, notices and no-reply senders; `text` is what
    the author wrote, without quote and signature, at most 2,000 characters.
    """

    message_id: str
    thread_id: str
    mailbox: str
    direction: Literal["inbound", "outbound"]
    sender: MailAddress
    recipients: list[MailAddress]
    subject: str
    text: str
    sent_at: datetime
    automated: bool = False
    signature: SignatureDetails | None = None


@event_type("gmail_message_due")
class GmailMessageDue(EventPayload):
    """A message waits to be sent."""

    send_id: str


@event_type("gmail_message_sent")
class GmailMessageSent(EventPayload):
    send_id: str
    message_id: str
    thread_id: str


@event_type("gmail_watch_expiring")
class GmailWatchExpiring(EventPayload):
    """A mailbox's watch could not be renewed and ends within 48 hours."""

    mailbox: str
    expires_at: datetime
    reason: str


@event_type("gmail_mailbox_connected")
class GmailMailboxConnected(EventPayload):
    """A mailbox was connected; `visibility` is what others than its owner see of it."""

    mailbox_id: str
    mailbox: str
    visibility: Literal["everything", "subject", "metadata"]


@event_type("gmail_mailbox_shared")
class GmailMailboxShared(EventPayload):
    """What others see of a mailbox was changed."""

    mailbox_id: str
    visibility: str


@event_type("gmail_mailbox_disconnected")
class GmailMailboxDisconnected(EventPayload):
    mailbox_id: str
    mailbox: str


@event_type("gmail_suppression_changed")
class GmailSuppressionChanged(EventPayload):
    """An address gets no more mail from here, or gets it again."""

    suppression_id: str
    change: Literal["added", "removed"]
