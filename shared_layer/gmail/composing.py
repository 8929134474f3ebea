"""A mail as RFC 5322 has it, from a Send: headers that cannot be broken out of, and the text as UTF-8."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import orjson

from shared_layer.gmail.mailbox import Mailbox
from shared_layer.gmail.sending import Send


def composed(send: Send, mailbox: Mailbox, files: Sequence[bytes] = ()) -> EmailMessage:
    """The mail with its files. Its Message-ID is made from the Send's id, so that it is the same at each attempt."""
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
    for file, data in zip(send.attachments, files, strict=False):
        kind, _, subtype = file.mimetype.partition("/")
        mail.add_attachment(data, maintype=kind, subtype=subtype, filename=file.name)
    return mail


def message_id(send: Send, mailbox: Mailbox) -> str:
    """The id that the mail has in the world."""
    return f"<{send.id}@{mailbox.email.rpartition('@')[2]}>"


def multipart(mail: EmailMessage, send: Send) -> tuple[str, bytes]:
    """A draft to upload, as Gmail's multipart/related takes it, with its Content-Type: the thread, then the mail.

    https://developers.google.com/workspace/gmail/api/guides/uploads
    """
    edge = f"xynergy-{send.id}"
    about = {"message": {"threadId": send.gmail_thread_id} if send.gmail_thread_id else {}}
    parts = (("application/json; charset=UTF-8", orjson.dumps(about)), ("message/rfc822", mail.as_bytes()))
    body = b"".join(
        b"--%b\r\nContent-Type: %b\r\n\r\n%b\r\n" % (edge.encode(), kind.encode(), part) for kind, part in parts
    )
    return f"multipart/related; boundary={edge}", body + f"--{edge}--\r\n".encode()


def resource_of(send: Send, mailbox: Mailbox) -> dict[str, Any]:
    """The `message` of a draft: the mail in base64url, and the thread that it belongs to."""
    raw = base64.urlsafe_b64encode(composed(send, mailbox).as_bytes()).decode()
    return {"raw": raw, **({"threadId": send.gmail_thread_id} if send.gmail_thread_id else {})}
