"""Personal values as salted commitments: the chain proves what they were while the salt lives, and tells nothing after.

A commitment is HMAC-SHA256(salt, RFC 8785 form of [field, value]). The salt belongs to the data subject that the event
is about; destroying it leaves a number that nobody can try values against. Which fields are personal is decided the
safe way round: every text is, unless its field is known to hold names of our own.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from typing import Any, Final

EMAIL: Final = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
SALT_BYTES: Final = 32

PLAIN_FIELDS: Final = frozenset(
    {
        *(
            "actor",
            "certificate",
            "changed",
            "component",
            "effect",
            "filters",
            "former_status",
            "handler",
            "kind",
            "meter",
        ),
        *("model", "operation", "outcome", "period", "plan", "provider", "route", "scopes", "state", "status", "way"),
        *("currency", "timezone", "successor_id", "dies_at", "campaign_id", "key_id", "call_id", "task_id"),
        *("policy_id", "request_id", "hold_id", "tenant_id", "event_id"),
        *("contact_id", "merged_id", "restored_id", "merge_id", "import_id", "interaction_id", "deal_id", "origin"),
        *("suggestion_id", "stage", "former_stage"),
        *("check", "router", "day", "missing_models"),
        *("service", "rule", "severity"),
        *("webhook_id", "source_id", "provider_event_id", "provider_event_type", "endpoint_id", "delivery_id"),
        *("payment_id", "refund_of", "lead_id", "repository"),
        *("team_id", "channel_id", "ts", "thread_ts", "user_id", "message_id", "change", "connection"),
        *("site_id", "keyword_id", "cluster_id", "intent", "opportunity_id", "content_id", "audit_id", "mode"),
        *("since", "until", "data_date"),
        *("content_id", "content_type", "locale", "publication_id", "publish_at", "asset_id", "same_as"),
        *("validation_id", "ruleset_id", "waiver_id", "link_id", "link_ids"),
        *("schedule_id", "schedule_run_id", "run_id", "automation_id", "automation_run_id"),
        *("segment_id", "mail_id", "variant", "verdict", "after"),
        *("received", "conversion_id", "conversion", "converted_at", "night", "channel"),
        *("mailbox_id", "thread_id", "send_id", "suppression_id", "visibility", "direction", "history_id"),
    }
)
"""Fields whose texts are ids and names of ours. A new field is taken for personal until it is added here."""


def subject_key(kind: str, value: str) -> str:
    """The name that a subject's salt is kept under: `kind` is `email` or `contact`. It tells nothing by itself."""
    normal = value.strip().casefold()
    return hashlib.sha256(f"{kind}\0{normal}".encode()).hexdigest()[:40]


def subject_of(payload: dict[str, Any]) -> str:
    """Whose salt an event's personal values take: its contact's, else that of its first address, else the tenant's."""
    contact = payload.get("contact_id")
    if isinstance(contact, str) and contact:
        return subject_key("contact", contact)
    for text in _texts(payload):
        if found := EMAIL.search(text):
            return subject_key("email", found[0])
    return TENANT_SUBJECT


TENANT_SUBJECT: Final = "tenant"
"""The salt of texts that name no subject; it dies with the tenant."""


def new_salt() -> bytes:
    """256 random bits."""
    return os.urandom(SALT_BYTES)


def committed(payload: dict[str, Any], salt: bytes) -> dict[str, Any]:
    """The payload with each personal value replaced by its commitment."""
    facts: dict[str, Any] = _replace(payload, "", salt)
    return facts


def commitment(field: str, value: str, salt: bytes) -> str:
    """The commitment to one value, in hex."""
    import rfc8785

    return hmac.new(salt, rfc8785.dumps([field, value]), hashlib.sha256).hexdigest()


def _replace(value: Any, field: str, salt: bytes) -> Any:
    if isinstance(value, dict):
        return {_plain_name(name, salt): _replace(item, name, salt) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replace(item, field, salt) for item in value]
    if isinstance(value, str) and (field not in PLAIN_FIELDS or EMAIL.search(value)):
        return {"commitment": commitment(field, value, salt)}
    return value


def _plain_name(name: str, salt: bytes) -> str:
    """A member's name may hold an address too, where a payload is keyed by one."""
    return f"commitment:{commitment('name', name, salt)}" if EMAIL.search(name) else name


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
