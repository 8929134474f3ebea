"""The scopes that a credential may hold. A function that asks for another fails the manifest's check."""

from __future__ import annotations

from typing import Final

SCOPES: Final[dict[str, str]] = {
    "ai:use": "Send prompts to AI providers and see models.",
    "analytics:read": "Read events and named metrics.",
    "dashboard:read": "See the health of the platform.",
    "governance:read": "Read policies, decisions, the audit trail and privacy requests.",
    "governance:use": "Ask whether somebody may do something.",
    "governance:write": "Change policies and legal holds; ask for a data subject's export or erasure.",
    "keys:read": "List API keys.",
    "keys:write": "Create, rotate and revoke API keys.",
    "marketing:read": "Read campaigns.",
    "marketing:write": "Create, change, launch, pause and resume campaigns.",
    "quotas:read": "See what is used of the plan's quotas.",
    "quotas:use": "Count work against the quotas, and take failed work back.",
    "runtime:read": "Browse dead letters, and follow asynchronous tasks.",
    "runtime:write": "Replay events and redrive dead letters.",
    "tenants:delete": "Delete the tenant; it can be restored for 30 days.",
    "tenants:read": "Read the tenant's profile and plan.",
    "tenants:write": "Change the tenant's settings.",
    "platform:operate": "Operate the platform: create, suspend and act for tenants.",
}

TENANT_SCOPES: Final[frozenset[str]] = frozenset(SCOPES) - {"platform:operate"}
"""What a tenant's owner may hold, and hand on to keys."""

PUBLIC: Final = "public"
"""The scope of an operation that takes no credential (the docs page, a status badge)."""
