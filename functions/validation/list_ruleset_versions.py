"""List the versions of a ruleset, the newest first."""

from shared_layer.front_door import Caller, Id, Page, endpoint
from shared_layer.validation import ruleset
from shared_layer.validation.ruleset import RulesetFilter, RulesetVersion


@endpoint("GET", "/api/v1/validation-rulesets/{ruleset_id}/versions", scope="validation:read")
async def list_ruleset_versions(ruleset_id: Id, query: RulesetFilter, caller: Caller) -> Page[RulesetVersion]:
    return await ruleset.list_ruleset_versions(ruleset_id, query, caller)
