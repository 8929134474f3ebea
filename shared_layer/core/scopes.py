"""The scopes that a credential may hold. A function that asks for another fails the manifest's check."""

from __future__ import annotations

from typing import Final

SCOPES: Final[dict[str, str]] = {
    "ai:manage": "Change the routing policy, budgets and providers' credentials.",
    "ai:use": "Send prompts to AI providers and see models.",
    "analytics:read": "Read events and named metrics.",
    "aso:read": "Read keywords, search performance, opportunities, content and audits.",
    "aso:write": "Connect sites; import keywords, change content, decide on opportunities, audit pages.",
    "content:publish": "Approve, reject, publish and unpublish content; change the rules of its review.",
    "content:read": "Read content, its versions and assets.",
    "content:write": "Write content and submit it; upload assets.",
    "automations:read": "See automations, and what came of them.",
    "automations:write": "Create, change and delete automations.",
    "attribution:read": "Read channels, models, paths and journeys.",
    "attribution:write": "Send touches, conversions and spend; change channel rules.",
    "crm:read": "Read contacts, their timeline, notes, tasks and deals.",
    "crm:write": "Create, change, merge, import and delete contacts, notes, tasks and deals.",
    "dashboard:read": "See the health of the platform.",
    "gmail:read": "Read, search and follow connected mailboxes.",
    "gmail:write": "Connect mailboxes; draft, schedule and send mail.",
    "governance:read": "Read policies, decisions, the audit trail and privacy requests.",
    "governance:use": "Ask whether somebody may do something.",
    "governance:write": "Change policies and legal holds; ask for a data subject's export or erasure.",
    "keys:read": "List API keys.",
    "keys:write": "Create, rotate and revoke API keys.",
    "live:read": "Follow the tenant's events live.",
    "marketing:read": "Read campaigns, their results, segments and the outbox.",
    "marketing:write": "Create, change, launch, pause and resume campaigns, segments and suppressions; try templates.",
    "quotas:read": "See what is used of the plan's quotas.",
    "quotas:use": "Count work against the quotas, and take failed work back.",
    "runtime:read": "Browse dead letters, and follow workflows and other asynchronous tasks.",
    "runtime:write": "Start, cancel and retry workflows; replay events and redrive dead letters.",
    "schedules:read": "See schedules and their runs.",
    "schedules:write": "Create, change, run, pause and delete schedules.",
    "slack:read": "Read and search Slack channels, messages and people.",
    "slack:write": "Post, reply and schedule Slack messages.",
    "tenants:delete": "Delete the tenant; it can be restored for 30 days.",
    "tenants:read": "Read the tenant's profile and plan.",
    "tenants:write": "Change the tenant's settings.",
    "validation:manage": "Change rulesets; waive findings.",
    "validation:read": "Read validations, rulesets and waivers.",
    "validation:use": "Have texts checked.",
    "webhooks:read": "See webhook endpoints and their deliveries.",
    "webhooks:write": "Create, change, test and replay webhooks.",
    "platform:operate": "Operate the platform: create, suspend and act for tenants.",
}

TENANT_SCOPES: Final[frozenset[str]] = frozenset(SCOPES) - {"platform:operate"}
"""What a tenant's owner may hold, and hand on to keys."""

PUBLIC: Final = "public"
"""The scope of an operation that takes no credential (the docs page, a status badge)."""
