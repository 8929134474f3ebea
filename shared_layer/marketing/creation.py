"""A new campaign: planned by the cheapest model that is good enough, or from a template of a like brief."""

from __future__ import annotations

from typing import Any

from shared_layer.ai.api.completing import complete
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id
from shared_layer.marketing.brief import CampaignBrief
from shared_layer.marketing.campaign import COLLECTION, Campaign, PlanOrigin
from shared_layer.marketing.mock_draft import mock_draft
from shared_layer.marketing.plan import PlanDraft, finish_plan, messages_for, slug_of
from shared_layer.messaging.events.marketing import CampaignCreated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.cache import cached
from shared_layer.storage.documents import tenant_document

TEMPLATE_TOKENS = 1500


async def create_campaign(brief: CampaignBrief, caller: Caller, unit: Unit) -> Campaign:
    """Stage a draft campaign with its plan and its event. Raises ProviderFailed where no model could plan it."""
    template = await cached(
        caller.tenant_id, "campaign_templates", brief.template_parts(), lambda: _plan_by_ai(brief, caller)
    )
    draft = PlanDraft.model_validate(template.value["plan"])
    origin = PlanOrigin.model_validate(template.value["origin"])
    if template.hit:
        origin = origin.model_copy(update={"cached": True, "cost_micros": 0, "cost_usd": 0.0})
    moment = clock.utcnow()
    campaign_id = new_id("cmp")
    name = brief.name or draft.title
    campaign = Campaign(
        id=campaign_id,
        name=name,
        brief=brief,
        plan=finish_plan(draft, brief.budget, f"{slug_of(name)}-{campaign_id[-6:]}"),
        ai=origin,
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_document(caller.tenant_id, COLLECTION, campaign_id), campaign.model_dump())
    unit.emit(
        CampaignCreated(
            campaign_id=campaign_id,
            data={
                "name": name,
                "status": campaign.status,
                "business_type": brief.business_type,
                "budget_range": brief.budget_range,
                "provider": origin.provider,
                "cached": origin.cached,
                "cost_micros": origin.cost_micros,
            },
        )
    )
    return campaign


async def _plan_by_ai(brief: CampaignBrief, caller: Caller) -> dict[str, Any]:
    """A plan as JSON with where it came from; what it cost is in the ledger already."""
    completion = await complete(
        caller,
        messages=messages_for(brief),
        operation="marketing.plan",
        response_schema=PlanDraft,
        max_tokens=TEMPLATE_TOKENS,
        cache=False,
        stand_in=mock_draft(brief),
    )
    origin = PlanOrigin(
        provider=completion.provider,
        model=completion.model,
        route=list(completion.route.reasons),
        cost_micros=completion.cost_micros,
        cost_usd=completion.cost_micros / 1_000_000,
        cached=completion.cached,
        call_id=completion.call_id,
        notice="No AI provider is configured: this plan is a mock." if completion.provider == "mock" else None,
    )
    assert isinstance(completion.parsed, PlanDraft)
    return {"plan": completion.parsed.model_dump(), "origin": origin.model_dump()}
