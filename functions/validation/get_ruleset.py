"""Get a ruleset; the one called default is there from the beginning."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.validation import ruleset
from shared_layer.validation.ruleset import Ruleset


@endpoint("GET", "/api/v1/validation-rulesets/{ruleset_id}", scope="validation:read")
async def get_ruleset(ruleset_id: Id, caller: Caller) -> Ruleset:
    return await ruleset.get_ruleset(ruleset_id, caller)
