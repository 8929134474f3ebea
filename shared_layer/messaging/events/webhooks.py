"""Events of webhooks, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("webhook_received")
class WebhookReceived(EventPayload):
    """A verified call of a provider: `provider_event_id` is the provider's own id of it, `data` its body."""

    webhook_id: str
    provider: str
    provider_event_id: str
    provider_event_type: str
    data: dict[str, Any]


@event_type("payment_received")
class PaymentReceived(EventPayload):
    """Money came in, or (with `refund_of`) went back. `amount_minor`: in the smallest unit, never negative."""

    provider: str
    payment_id: str
    amount_minor: int
    currency: str
    customer_email: str | None = None
    customer_name: str | None = None
    paid_at: datetime
    refund_of: str | None = None


@event_type("lead_captured")
class LeadCaptured(EventPayload):
    """Somebody filled in a form. `fields` is what it held beside the named ones."""

    lead_id: str
    form: str
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    company: str | None = None
    fields: dict[str, str]
    captured_at: datetime


@event_type("code_changed")
class CodeChanged(EventPayload):
    """GitHub told of a push, a release or a merged pull request. `kind` is which; `reference` its id there."""

    kind: str
    repository: str
    reference: str
    title: str
    author: str
    happened_at: datetime


@event_type("webhook_delivery_due")
class WebhookDeliveryDue(EventPayload):
    """An attempt to deliver to an endpoint of the tenant's is due."""

    endpoint_id: str
    delivery_id: str
    attempt: int


@event_type("webhook_endpoint_disabled")
class WebhookEndpointDisabled(EventPayload):
    """An endpoint that failed for days is called no more; `notify` is its owner's address."""

    endpoint_id: str
    reason: str
    notify: str | None = None


@event_type("webhook_endpoint_changed")
class WebhookEndpointChanged(EventPayload):
    endpoint_id: str
    status: str


@event_type("webhook_source_changed")
class WebhookSourceChanged(EventPayload):
    """A source of webhooks was created, rotated or deleted."""

    source_id: str
    provider: str
    status: str
