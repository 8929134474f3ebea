"""The providers of mail: a row each. Adding one is adding a row, and its variables to the environment.

Resend: https://resend.com/docs/api-reference/emails/send-email and …/introduction#rate-limit; its Idempotency-Key holds
for 24 hours. Postmark: https://postmarkapp.com/developer/api/email-api. SendGrid:
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send. Neither of these two takes a key. Open and click
tracking of the providers is off: the links are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formataddr
from typing import Any, Final

import httpx

from shared_layer.marketing.mail.letter import Letter
from shared_layer.marketing.mail.provider import Json, MailProvider


def _resend_headers(key: str, letter: Letter) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}", "Idempotency-Key": letter.key}


def _resend_body(letter: Letter) -> Json:
    body: Json = {
        "from": formataddr((letter.sender_name, letter.sender_email)),
        "to": [letter.to],
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "headers": letter.headers,
        "tags": [{"name": name, "value": value} for name, value in letter.tags.items()],
    }
    return body | ({"reply_to": letter.reply_to} if letter.reply_to else {})


def _postmark_headers(key: str, letter: Letter) -> Mapping[str, str]:  # noqa: ARG001 (a row's form)
    return {"X-Postmark-Server-Token": key, "Accept": "application/json"}


def _postmark_body(letter: Letter) -> Json:
    body: Json = {
        "From": formataddr((letter.sender_name, letter.sender_email)),
        "To": letter.to,
        "Subject": letter.subject,
        "HtmlBody": letter.html,
        "TextBody": letter.text,
        "Headers": [{"Name": name, "Value": value} for name, value in letter.headers.items()],
        "Metadata": letter.tags,
        "MessageStream": "broadcast",
        "TrackOpens": False,
        "TrackLinks": "None",
    }
    return body | ({"ReplyTo": letter.reply_to} if letter.reply_to else {})


def _sendgrid_headers(key: str, letter: Letter) -> Mapping[str, str]:  # noqa: ARG001 (a row's form)
    return {"Authorization": f"Bearer {key}"}


def _sendgrid_body(letter: Letter) -> Json:
    body: Json = {
        "personalizations": [{"to": [{"email": letter.to}], "custom_args": letter.tags}],
        "from": {"email": letter.sender_email, "name": letter.sender_name},
        "subject": letter.subject,
        "content": [{"type": "text/plain", "value": letter.text}, {"type": "text/html", "value": letter.html}],
        "headers": letter.headers,
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
        },
    }
    return body | ({"reply_to": {"email": letter.reply_to}} if letter.reply_to else {})


def _member(name: str, otherwise: str) -> Any:
    def read(answer: httpx.Response) -> str:
        try:
            found = answer.json()
        except ValueError:
            return otherwise
        return str(found.get(name) or otherwise) if isinstance(found, dict) else otherwise

    return read


def _sendgrid_refusal(answer: httpx.Response) -> str:
    """`{"errors": [{"message", "field", "help"}]}`: the field names what is wrong."""
    try:
        first = answer.json()["errors"][0]
        return str(first.get("field") or "refused")
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return f"http_{answer.status_code}"


RESEND: Final = MailProvider(
    id="resend",
    title="Resend",
    url_env="RESEND_BASE_URL",
    key_env="RESEND_API_KEY",
    default_url="https://api.resend.com",
    path="/emails",
    keyed=True,
    headers=_resend_headers,
    body=_resend_body,
    accepted=_member("id", ""),
    refusal=_member("name", "refused"),
    taken_codes=frozenset({"invalid_idempotent_request"}),
    busy_codes=frozenset({"concurrent_idempotent_requests"}),
)
POSTMARK: Final = MailProvider(
    id="postmark",
    title="Postmark",
    url_env="POSTMARK_BASE_URL",
    key_env="POSTMARK_SERVER_TOKEN",
    default_url="https://api.postmarkapp.com",
    path="/email",
    keyed=False,
    headers=_postmark_headers,
    body=_postmark_body,
    accepted=_member("MessageID", ""),
    refusal=_member("ErrorCode", "refused"),
)
SENDGRID: Final = MailProvider(
    id="sendgrid",
    title="SendGrid",
    url_env="SENDGRID_BASE_URL",
    key_env="SENDGRID_API_KEY",
    default_url="https://api.sendgrid.com",
    path="/v3/mail/send",
    keyed=False,
    headers=_sendgrid_headers,
    body=_sendgrid_body,
    accepted=lambda answer: answer.headers.get("x-message-id", ""),
    refusal=_sendgrid_refusal,
)
PROVIDERS: Final[tuple[MailProvider, ...]] = (RESEND, POSTMARK, SENDGRID)
SECRETS: Final = tuple(provider.secret for provider in PROVIDERS)


def configured() -> MailProvider | None:
    """The provider whose key the environment has, the first of them; None: the mock's outbox takes the mails."""
    return next((provider for provider in PROVIDERS if provider.key), None)
