"""List the rulesets that somebody wrote."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.validation import ruleset
from shared_layer.validation.ruleset import Ruleset, RulesetFilter


@endpoint("GET", "/api/v1/validation-rulesets", scope="validation:read")
async def list_rulesets(query: RulesetFilter, caller: Caller) -> Page[Ruleset]:
    return await ruleset.list_rulesets(query, caller)
