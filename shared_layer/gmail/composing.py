"""A mail as RFC 5322 has it, from a Send: headers that cannot be broken out of, and the text as UTF-8."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from shared_layer.gmail.mailbox import Mailbox
from shared_layer.gmail.sending import Send


def composed(send: Send, mailbox: Mailbox) -> EmailMessage:
    """The mail. Its Message-ID is made from the Send's id, so that it is the same at each attempt."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mailbox.email
    for name, addresses in (("To", send.to), ("Cc", send.cc), ("Bcc", send.bcc)):
        if addresses:
            mail[name] = ", ".join(addresses)
    mail["Subject"] = send.subject
    mail["Message-ID"] = message_id(send, mailbox)
    if send.in_reply_to:
        mail["In-Reply-To"] = send.in_reply_to
    if send.references:
        mail["References"] = " ".join(send.references)
    mail.set_content(send.text)
    return mail


def message_id(send: Send, mailbox: Mailbox) -> str:
    """The id that the mail has in the world."""
    return f"<{send.id}@{mailbox.email.rpartition('@')[2]}>"


def resource_of(send: Send, mailbox: Mailbox) -> dict[str, Any]:
    """The `message` of a draft: the mail in base64url, and the thread that it belongs to."""
    raw = base64.urlsafe_b64encode(composed(send, mailbox).as_bytes()).decode()
    return {"raw": raw, **({"threadId": send.gmail_thread_id} if send.gmail_thread_id else {})}
