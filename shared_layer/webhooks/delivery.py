"""A delivery: one message for one endpoint, with what was sent and answered at each attempt.

    queued → sending → delivered
      ↑         ├────→ failed      after the last attempt, or at once for a test or a replay
      └ waiting ┘└───→ dropped     the endpoint is gone or switched off

`due_at` is set while it waits: the due ones of all tenants are found by it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from shared_layer.core.models import Entity, Model, PageQuery, empty_list

COLLECTION: Final = "webhook_deliveries"
KEPT: Final = timedelta(days=30)

State = Literal["queued", "sending", "waiting", "delivered", "failed", "dropped"]
Outcome = Literal["delivered", "refused", "gone", "redirect_refused", "ssrf_blocked", "timeout", "no_answer"]


class SentRequest(Model):
    """What was sent: the signature struck out, the body's beginning without personal data and secrets."""

    url: str
    headers: dict[str, str]
    body_bytes: int
    body_begins: str


class ReceivedAnswer(Model):
    """What was answered: some headers, and the body's beginning, redacted alike."""

    status: int
    headers: dict[str, str]
    body_begins: str


class Attempt(Model):
    """One attempt. `signatures`: how many secrets signed it; `detail` says why it failed."""

    model_config = ConfigDict(extra="ignore")

    number: int
    at: datetime
    outcome: Outcome
    detail: str
    duration_ms: float
    signatures: int
    request: SentRequest
    response: ReceivedAnswer | None = None


class Delivery(Entity):
    """A delivery as it is listed. `message_id` is what the receiver sees as webhook-id: a replay keeps it.

    `attempt` is the number of the next or current attempt.
    """

    id: str
    endpoint_id: str
    message_id: str
    event_type: str
    event_id: str | None = None
    state: State = "queued"
    attempt: int = 1
    due_at: datetime | None = None
    test: bool = False
    replay_of: str | None = None
    dropped_because: str | None = None
    attempts: list[Attempt] = Field(default_factory=empty_list)
    expires_at: datetime

    @property
    def once(self) -> bool:
        """Whether somebody asked for this one: it is tried once, and tells nothing of the endpoint's health."""
        return self.test or self.replay_of is not None


class StoredDelivery(Delivery):
    """A delivery as it is stored: `lease_until` is when an attempt under way counts as lost; `sample` a test's data."""

    lease_until: datetime | None = None
    sample: dict[str, Any] | None = None


class DeliveryFilter(PageQuery):
    """Which deliveries to list."""

    state: State | None = None
