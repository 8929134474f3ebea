"""All models side by side: the channel that they disagree about most first, and what the sample is too small for."""

from shared_layer.attribution import comparison
from shared_layer.attribution.comparison import ModelComparison
from shared_layer.attribution.report_query import ComparisonQuery
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "GET",
    "/api/v1/attribution/models:compare",
    scope="attribution:read",
    tier="expensive",
    deadline=30,
    resources=Resources(memory=512, concurrency=8),
)
async def compare_attribution_models(query: ComparisonQuery, caller: Caller) -> ModelComparison:
    return await comparison.compare_models(query, caller)
