"""Get a campaign's results: what became of its mails, by variant and round, each rate with its 95 % interval."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.marketing.results.results import CampaignResults, campaign_results


@endpoint("GET", "/api/v1/campaigns/{campaign_id}/results", scope="marketing:read")
async def get_campaign_results(campaign_id: Id, caller: Caller) -> CampaignResults:
    return await campaign_results(campaign_id, caller)
