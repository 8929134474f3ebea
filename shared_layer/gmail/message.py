"""A mail as the index keeps it, read from Gmail's message resource (`format=full`).

https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ConfigDict, Field

from shared_layer.core.models import Model, empty_list
from shared_layer.gmail.body.details import details_of
from shared_layer.gmail.body.parts import take_apart
from shared_layer.gmail.html_text import text_of_html
from shared_layer.gmail.mailbox import Mailbox
from shared_layer.messaging.events.gmail import MailAddress, SignatureDetails
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.words import distinct_words

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "gmail_messages"
TEXT_LIMIT: Final = 100_000
QUOTE_LIMIT: Final = 50_000
PEOPLE_LIMIT: Final = 100
_STATEFUL: Final = re.compile(r"^(iso-2022|hz|utf-7|utf-16|utf-32)", re.IGNORECASE)
_AUTOMATED_SENDER: Final = re.compile(
    r"^(no|do[-_.]?not)[-_.]?reply|^(mailer-daemon|postmaster|notifications?|bounces?|newsletter|alerts?)\b", re.I
)


class Attachment(Model):
    """A file that came with a mail: what its part says of it."""

    name: str
    mimetype: str
    size: int
    attachment_id: str


class Message(Model):
    """A mail in the index; `text` is what its author wrote. `id` and `thread_id` are ours, `gmail_` ones Gmail's."""

    model_config = ConfigDict(extra="ignore")

    id: str
    mailbox_id: str
    gmail_id: str
    thread_id: str
    gmail_thread_id: str
    message_id: str = ""
    references: list[str] = Field(default_factory=empty_list)
    sender: MailAddress
    to: list[MailAddress] = Field(default_factory=empty_list)
    cc: list[MailAddress] = Field(default_factory=empty_list)
    reply_to: MailAddress | None = None
    subject: str
    sent_at: datetime
    direction: Literal["inbound", "outbound"]
    automated: bool = False
    labels: list[str] = Field(default_factory=empty_list)
    text: str
    quoted: str = ""
    signature: str = ""
    details: SignatureDetails | None = None
    attachments: list[Attachment] = Field(default_factory=empty_list)
    remote_images: int = 0
    trackers: int = 0
    words: list[str] = Field(default_factory=empty_list)

    @property
    def people(self) -> list[MailAddress]:
        """Everybody whom the headers name, each once, the sender first."""
        found: dict[str, MailAddress] = {}
        for one in (self.sender, *self.to, *self.cc):
            found.setdefault(one.email, one)
        return list(found.values())


def message_document(tenant_id: str, message_id: str) -> AsyncDocumentReference:
    """A mail of the index."""
    return tenant_document(tenant_id, COLLECTION, message_id)


def own_id(prefix: str, mailbox_id: str, gmail_id: str) -> str:
    """Our id of a mail or thread: Gmail's are only unique within a mailbox."""
    return f"{prefix}_{hashlib.sha256(f'{mailbox_id} {gmail_id}'.encode()).hexdigest()[:24]}"


def is_mail(resource: dict[str, Any]) -> bool:
    """Whether a resource is a mail that was sent or received: no draft, no chat, no spam and not thrown away."""
    return not {"DRAFT", "CHAT", "SPAM", "TRASH"} & set(resource.get("labelIds") or ())


def read_message(resource: dict[str, Any], mailbox: Mailbox) -> Message:
    """A message resource as a Message; whatever a header or a body holds, something can be read of it."""
    payload = resource.get("payload") or {}
    headers = {str(one["name"]).lower(): str(one["value"]) for one in reversed(payload.get("headers") or [])}
    sender = (_addresses(headers.get("from", "")) or [MailAddress(email="unknown@invalid")])[0]
    plain, remote, trackers = _text_of(payload)
    parts = take_apart(plain[:TEXT_LIMIT], f"{sender.name} <{sender.email}>")
    subject = _decoded(headers.get("subject", ""))[:998]
    attachments = attachments_of(resource)
    outbound = sender.email == mailbox.email or "SENT" in (resource.get("labelIds") or ())
    to, cc = (_addresses(headers.get(name, ""))[:PEOPLE_LIMIT] for name in ("to", "cc"))
    return Message(
        id=own_id("gml", mailbox.id, resource["id"]),
        mailbox_id=mailbox.id,
        gmail_id=resource["id"],
        thread_id=own_id("gth", mailbox.id, resource["threadId"]),
        gmail_thread_id=resource["threadId"],
        message_id=headers.get("message-id", "").strip()[:998],
        references=headers.get("references", headers.get("in-reply-to", "")).split()[-50:],
        sender=sender,
        to=to,
        cc=cc,
        reply_to=next(iter(_addresses(headers.get("reply-to", ""))), None),
        subject=subject,
        sent_at=datetime.fromtimestamp(int(resource.get("internalDate") or 0) / 1000, UTC),
        direction="outbound" if outbound else "inbound",
        automated=_is_automated(headers, sender.email),
        labels=[str(label) for label in resource.get("labelIds") or ()],
        text=parts.reply,
        quoted=parts.quoted[:QUOTE_LIMIT],
        signature=parts.signature[:5000],
        details=details_of(parts.signature, f"{sender.name} <{sender.email}>"),
        attachments=attachments,
        remote_images=remote,
        trackers=trackers,
        words=distinct_words(subject, sender.name, parts.reply, *[one.name for one in attachments]),
    )


def _walk(part: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    yield part
    if depth < 30:
        for inner in part.get("parts") or ():
            yield from _walk(inner, depth + 1)


def _text_of(payload: dict[str, Any]) -> tuple[str, int, int]:
    """The body as plain text: of its plain parts, else of its HTML; and the pictures that the HTML has elsewhere."""
    plain: list[str] = []
    html: list[str] = []
    for part in _walk(payload):
        kind, body = part.get("mimeType", ""), part.get("body") or {}
        if part.get("filename") or kind not in ("text/plain", "text/html") or not body.get("data"):
            continue
        (plain if kind == "text/plain" else html).append(_content(part, str(body["data"])))
    read = [text_of_html(text[: 4 * TEXT_LIMIT]) for text in html]
    remote, trackers = sum(one.remote_images for one in read), sum(one.trackers for one in read)
    text = "\n".join(plain)
    return text if text.strip() else "\n".join(one.text for one in read), remote, trackers


def _content(part: dict[str, Any], data: str) -> str:
    """A part's bytes as text. What is valid UTF-8 is UTF-8, but where the charset named shifts states."""
    try:
        raw = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return ""
    headers = {str(one["name"]).lower(): str(one["value"]) for one in part.get("headers") or []}
    found = re.search(r"charset\s*=\s*\"?([\w.:-]+)", headers.get("content-type", ""), re.IGNORECASE)
    named = found[1] if found else "utf-8"
    for charset in (named, "utf-8") if _STATEFUL.match(named) else ("utf-8", named):
        try:
            return raw.decode(charset).replace("\0", "")
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("cp1252", "replace").replace("\0", "")


def attachments_of(resource: dict[str, Any]) -> list[Attachment]:
    """The files of a message resource, at most 50, in its order."""
    return [found for part in _walk(resource.get("payload") or {}) if (found := _attachment(part)) is not None][:50]


def _attachment(part: dict[str, Any]) -> Attachment | None:
    body, name = part.get("body") or {}, part.get("filename")
    if not name:
        return None
    return Attachment(
        name=_decoded(str(name))[:255],
        mimetype=str(part.get("mimeType", "application/octet-stream"))[:127],
        size=int(body.get("size") or 0),
        attachment_id=str(body.get("attachmentId") or "")[:1000],
    )


def _addresses(header: str) -> list[MailAddress]:
    found = getaddresses([header.replace("\n", " ").replace("\r", " ")])
    kept = [(name, address.strip().lower()) for name, address in found if "@" in address and len(address) < 255]
    return [MailAddress(email=address, name=_decoded(name)[:200]) for name, address in kept]


def _decoded(text: str) -> str:
    """A header's text with its encoded words read (RFC 2047)."""
    try:
        read = str(make_header(decode_header(text)))
    except (ValueError, LookupError, UnicodeError, binascii.Error):
        read = text
    return " ".join(read.replace("\0", "").encode("utf-8", "replace").decode().split())


def _is_automated(headers: dict[str, str], sender: str) -> bool:
    """Whether no person wrote it to these people: RFC 3834, RFC 2369, RFC 2919, and what senders call themselves."""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    bulk = headers.get("precedence", "").strip().lower() in ("bulk", "list", "junk", "auto_reply")
    listed = any(name in headers for name in ("list-id", "list-unsubscribe", "x-auto-response-suppress", "feedback-id"))
    return submitted != "no" or bulk or listed or bool(_AUTOMATED_SENDER.match(sender))
