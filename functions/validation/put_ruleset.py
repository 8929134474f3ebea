"""Set what texts are held to, as a new version of a ruleset: thresholds, phrases, severities."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.validation import ruleset
from shared_layer.validation.ruleset import Ruleset, RulesetDraft


@endpoint(
    "PUT", "/api/v1/validation-rulesets/{ruleset_id}", scope="validation:manage", emits=("validation_ruleset_changed",)
)
async def put_ruleset(ruleset_id: Id, draft: RulesetDraft, caller: Caller, unit: Unit) -> Ruleset:
    return await ruleset.put_ruleset(ruleset_id, draft, caller, unit)
