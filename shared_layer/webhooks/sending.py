"""One signed POST, and the evidence of it. No redirect is followed, and nothing but the public internet is called."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from shared_layer.core import clock
from shared_layer.core.errors import DeadlineExceeded, FetchFailed, Problem, UrlRefused
from shared_layer.core.redaction import REDACTED, redact_text
from shared_layer.core.settings import settings
from shared_layer.outbound import Fetched, Outbound
from shared_layer.webhooks.delivery import Attempt, Outcome, ReceivedAnswer, SentRequest
from shared_layer.webhooks.signatures import standard_signature

SECONDS: Final = 15.0
ANSWER_LIMIT: Final = 256 << 10
_SHOWN: Final = 1024
_READ: Final = 4 * _SHOWN
_HEADERS: Final = 20
_NAME: Final = re.compile(r"[a-z0-9-]{1,64}")
_KEPT_BACK: Final = frozenset({"set-cookie", "authorization", "www-authenticate"})


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `id` becomes webhook-id, `body` is the same at every attempt."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """An attempt, with what decides about the next one: the status (0 without an answer) and its headers."""

    attempt: Attempt
    status: int
    headers: Mapping[str, str]

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return self.attempt.outcome == "delivered"


def message_of(message_id: str, event_type: str, timestamp: datetime, data: dict[str, Any]) -> Message:
    """The message as Standard Webhooks has it: type, timestamp, data."""
    stamp = timestamp.isoformat().replace("+00:00", "Z")
    return Message(message_id, orjson.dumps({"id": message_id, "type": event_type, "timestamp": stamp, "data": data}))


async def send(url: str, message: Message, secrets: list[str], number: int) -> Sent:
    """Send it once, signed by every secret, within 15 s; never raises for what the receiver does."""
    moment = clock.utcnow()
    stamp = str(int(moment.timestamp()))
    signatures = [f"v1,{standard_signature(secret, message.id, stamp, message.body)}" for secret in secrets]
    headers = {
        "content-type": "application/json",
        "user-agent": "Xynergy-Webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }
    began = asyncio.get_running_loop().time()
    fetched: Fetched | None = None
    try:
        client = Outbound(seconds=SECONDS, limit=ANSWER_LIMIT, hops=0, trusted=settings().webhook_receivers)
        fetched = await client.fetch(url, method="POST", headers=headers, content=message.body)
        outcome, detail = _judge(fetched)
    except (UrlRefused, FetchFailed, DeadlineExceeded) as error:
        outcome, detail = _failure(error)
    attempt = Attempt(
        number=number,
        at=moment,
        outcome=outcome,
        detail=detail,
        duration_ms=round((asyncio.get_running_loop().time() - began) * 1000, 1),
        signatures=len(signatures),
        request=_request(url, headers, message.body),
        response=_response(fetched) if fetched else None,
    )
    return Sent(attempt, fetched.status if fetched else 0, fetched.headers if fetched else {})


def _judge(fetched: Fetched) -> tuple[Outcome, str]:
    match fetched.status:
        case status if 200 <= status < 300:
            return "delivered", f"It answered {status}."
        case status if 300 <= status < 400:
            return "redirect_refused", f"It answered {status}: a redirect is not followed. Register the final address."
        case 410:
            return "gone", "It answered 410 Gone."
        case status:
            return "refused", f"It answered {status}."


def _failure(error: Problem) -> tuple[Outcome, str]:
    if isinstance(error, UrlRefused):
        return "ssrf_blocked", redact_text(error.detail)
    if isinstance(error, DeadlineExceeded):
        return "timeout", redact_text(error.detail)
    return "no_answer", redact_text(error.detail)


def _request(url: str, headers: dict[str, str], body: bytes) -> SentRequest:
    shown = headers | {"webhook-signature": REDACTED}
    return SentRequest(url=redact_text(url), headers=shown, body_bytes=len(body), body_begins=_begins(body))


def _response(fetched: Fetched) -> ReceivedAnswer:
    shown = {
        name: redact_text(value[:200])
        for name, value in fetched.headers.items()
        if _NAME.fullmatch(name) and name not in _KEPT_BACK
    }
    return ReceivedAnswer(
        status=fetched.status, headers=dict(list(shown.items())[:_HEADERS]), body_begins=_begins(fetched.body)
    )


def _begins(body: bytes) -> str:
    """The first 1,024 characters, redacted together with what follows them, so that nothing is cut out of its shape."""
    return redact_text(body[:_READ].decode("utf-8", "replace"))[:_SHOWN]
