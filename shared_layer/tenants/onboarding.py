"""What a new tenant has still to set up, read from what is there."""

from __future__ import annotations

import asyncio
from typing import Final

from pydantic import Field

from shared_layer.access.api_keys import COLLECTION as API_KEYS
from shared_layer.access.plans import PLANS
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.gcp_clients import firestore
from shared_layer.tenants.tenant import Tenant, get_tenant

FIRST_DOCUMENTS: Final = (
    ("contacts", "crm_contacts", "Bring your contacts in: POST /api/xynergyos/v2/crm/contacts."),
    ("slack", "slack_connections", "Connect Slack: POST /api/xynergyos/v2/slack/connect."),
    ("webhook", "webhook_endpoints", "Have your systems told of events: POST /api/v1/webhook-endpoints."),
    ("campaign", "marketing_campaigns", "Plan a first campaign: POST /api/v1/campaigns."),
    ("search", "aso_sites", "See how your site is found: POST /api/v1/aso/sites."),
    ("content", "content_pieces", "Write a first piece, or have one drafted: POST /api/v1/content:draft."),
    ("quota", "quotas", "Count your use: POST /api/v1/quotas:consume, or publish usage events."),
    ("policy", "policies", "Say who may do what: PUT /api/v1/policies/{id}."),
)
"""(step, the tenant's collection that holds a document once it is done, what to do)."""


class OnboardingStep(Model):
    """One thing to set up."""

    step: str
    done: bool
    what_to_do: str | None = Field(default=None, description="Null where it is done.")


class TenantLimits(Model):
    """What the tenant's plan allows; what is left out is unlimited.

    Requests a minute, for one key and for the tenant's keys together, by tier; and how much of each meter a month
    (`ai_usd` in millionths of a US dollar).
    """

    requests_per_key: dict[str, int]
    requests_per_tenant: dict[str, int]
    monthly_quotas: dict[str, int]


class TenantProfile(Tenant):
    """A tenant with its plan's limits and its onboarding checklist."""

    limits: TenantLimits
    onboarding: list[OnboardingStep]


async def get_profile(tenant_id: str, caller: Caller) -> TenantProfile:
    """The tenant and what it has still to set up. Raises NotFound."""
    tenant = await get_tenant(tenant_id, caller)
    app_key, *firsts = await asyncio.gather(
        _has_app_key(tenant_id), *[_has_any(tenant_id, collection) for _, collection, _ in FIRST_DOCUMENTS]
    )
    steps = [
        _step("warehouse", tenant.warehouse == "ready", "Wait some seconds: the dataset is being created."),
        _step("api_key", app_key, "Create a key with few scopes for each application: POST /api/v1/api-keys."),
    ]
    steps += [_step(step, done, advice) for (step, _, advice), done in zip(FIRST_DOCUMENTS, firsts, strict=True)]
    return TenantProfile(**tenant.model_dump(), limits=_limits(tenant.plan), onboarding=steps)


def _limits(name: str) -> TenantLimits:
    plan = PLANS.get(name, PLANS["standard"])
    per_tenant = {tier: limit * plan.tenant_factor for tier, limit in plan.per_key.items()}
    return TenantLimits.model_validate(
        {"requests_per_key": plan.per_key, "requests_per_tenant": per_tenant, "monthly_quotas": plan.quotas}
    )


async def _has_app_key(tenant_id: str) -> bool:
    """Whether there is a key beside the owner's."""
    from google.cloud.firestore import FieldFilter

    keys = firestore().collection(API_KEYS).where(filter=FieldFilter("tenant_id", "==", tenant_id))
    return len([None async for _ in keys.select([]).limit(2).stream()]) > 1


async def _has_any(tenant_id: str, collection: str) -> bool:
    return bool([None async for _ in tenant_collection(tenant_id, collection).select([]).limit(1).stream()])


def _step(step: str, done: bool, advice: str) -> OnboardingStep:
    return OnboardingStep(step=step, done=done, what_to_do=None if done else advice)
