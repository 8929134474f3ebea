"""Events of policies, the audit chain and data subjects."""

from __future__ import annotations

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("audit_events_read")
class AuditEventsRead(EventPayload):
    """Somebody looked into the audit trail: which way, and by which of its filters (not for what)."""

    actor: str
    way: str
    filters: list[str]


@event_type("audit_chain_broken")
class AuditChainBroken(EventPayload):
    """The chain does not hold: the first sequence number that is wrong, and why."""

    first_bad_seq: int
    reason: str


@event_type("policy_changed")
class PolicyChanged(EventPayload):
    actor: str
    policy_id: str
    version: int
    enabled: bool


@event_type("legal_hold_changed")
class LegalHoldChanged(EventPayload):
    actor: str
    hold_id: str
    status: str


@event_type("privacy_request_created")
class PrivacyRequestCreated(EventPayload):
    actor: str
    request_id: str
    kind: str


@event_type("privacy_request_completed")
class PrivacyRequestCompleted(EventPayload):
    request_id: str
    kind: str
    certificate: str | None
