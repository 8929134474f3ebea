"""All event types at once, for whoever must know each: the manifest's check, and a handler that takes any event."""

from shared_layer.messaging.events import (
    ai,
    aso,
    attribution,
    content,
    crm,
    dashboard,
    gmail,
    governance,
    marketing,
    runtime,
    scheduler,
    slack,
    tenants,
    validation,
    webhooks,
)

__all__ = [
    "ai",
    "aso",
    "attribution",
    "content",
    "crm",
    "dashboard",
    "gmail",
    "governance",
    "marketing",
    "runtime",
    "scheduler",
    "slack",
    "tenants",
    "validation",
    "webhooks",
]
