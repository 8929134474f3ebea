"""Events of validations."""

from __future__ import annotations

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("validation_complete")
class ValidationComplete(EventPayload):
    validation_id: str
    outcome: str
    errors: int
    warnings: int
    content_id: str | None = None
    revision: int | None = None


@event_type("validation_ruleset_changed")
class ValidationRulesetChanged(EventPayload):
    ruleset_id: str
    ruleset_version: int


@event_type("validation_waived")
class ValidationWaived(EventPayload):
    validation_id: str
    waiver_id: str
    content_id: str | None = None


@event_type("link_check_due")
class LinkCheckDue(EventPayload):
    host: str
    link_ids: list[str]
    validation_id: str | None = None


@event_type("link_broken")
class LinkBroken(EventPayload):
    link_id: str
    state: str
    http_status: int | None = None
