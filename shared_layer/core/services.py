"""The services of the platform: one row names each, and a function's folder says to which it belongs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """A set of functions that an operator sees as one thing.

    `name` is the design document's, used in topics (`{name}-events`), logs and the dashboard; `folder` is where its
    functions and triggers live; `layer` is its layer in the design document (1 gateway … 6 platform).
    """

    folder: str
    name: str
    layer: int
    summary: str

    @property
    def topic(self) -> str:
        """The Pub/Sub topic that carries the service's events."""
        return f"{self.name}-events"


SERVICES: dict[str, Service] = {
    service.folder: service
    for service in (
        Service("dashboard", "platform-dashboard", 1, "Health, latency, errors and breakers of every service, live."),
        Service("ai", "ai-routing-engine", 1, "OpenAI-compatible answers from the cheapest model that is good enough."),
        Service("internal_ai", "internal-ai-service-v2", 1, "The model of one's own: texts, vectors, labels."),
        Service("marketing", "marketing-engine", 2, "Campaigns: AI-written plans, launched, paused and measured."),
        Service("aso", "aso-engine", 2, "Search: keywords, performance, opportunities, content and page audits."),
        Service("content", "content-hub", 2, "Content: written, versioned, reviewed, published at its time."),
        Service("validation", "validation-coordinator", 3, "Texts checked before anybody reads them: spans and fixes."),
        Service("live", "xynergy-intelligence-gateway", 1, "A tenant's events as they happen, over SSE and WebSocket."),
        Service("crm", "crm-engine", 2, "Contacts, their timeline, tasks and deals: one person, one record."),
        Service(
            "slack", "slack-intelligence-service", 5, "Slack's channels, people and messages, searched and answered."
        ),
        Service("gmail", "gmail-intelligence-service", 5, "Mailboxes: threads, who owes a reply, search and sending."),
        Service("webhooks", "webhook-service", 5, "Signed calls from other systems, and to them."),
        Service(
            "scheduler", "scheduler-automation-engine", 6, "Schedules in any time zone, and automations upon events."
        ),
        Service("analytics", "analytics-data-layer", 4, "Events and named metrics from the warehouse."),
        Service("attribution", "attribution-coordinator", 3, "Which channels bring revenue, by eight models."),
        Service("tenants", "tenant-management", 6, "Tenants, their plans, quotas and API keys."),
        Service("governance", "security-governance", 6, "Policies, the audit chain, and requests of data subjects."),
        Service("runtime", "system-runtime", 6, "Relays events, keeps dead letters, sweeps what a crash left."),
    )
}


def service_of_module(module: str) -> Service:
    """The service of a module such as `functions.marketing.create_campaign`.

    Raises LookupError, saying which row to add, where the folder is not a service.
    """
    folder = module.split(".")[1] if module.count(".") >= 2 else ""
    try:
        return SERVICES[folder]
    except KeyError:
        raise LookupError(
            f"{module}: the folder {folder!r} is no service; add a row to shared_layer/core/services.py"
        ) from None
