"""Cedar, the policy language of Amazon Verified Permissions, by its own engine: deny by default, forbid wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, StringConstraints

from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model, empty_list

TypeName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}(::[A-Za-z_][A-Za-z0-9_]{0,63}){0,3}$")
]
EntityId = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class EntityName(Model):
    """A Cedar entity, such as `User::"ada"`."""

    type: TypeName
    id: EntityId


class DescribedEntity(EntityName):
    """An entity with its attributes and the groups that it belongs to."""

    attributes: dict[str, Any] = Field(default_factory=dict, description="Texts, whole numbers, booleans, lists.")
    parents: Annotated[list[EntityName], Field(max_length=50)] = Field(default_factory=empty_list)


class Check(Model):
    """A question: may `principal` do `action` to `resource`, in this `context`?"""

    principal: DescribedEntity
    action: EntityId
    action_groups: Annotated[list[EntityId], Field(max_length=50)] = Field(
        default_factory=empty_list, description='What the action belongs to: `action in Action::"group"`.'
    )
    resource: DescribedEntity
    context: dict[str, Any] = Field(default_factory=dict)


class Decision(Model):
    """The answer, with the policies that decided; none where nothing permits, which is a denial."""

    decision: Literal["allow", "deny"]
    policies: list[str]
    errors: list[str] = Field(default_factory=empty_list, description="Policies that failed; they count as absent.")


def compile_policies(texts: Mapping[str, str]) -> Any:
    """A Cedar policy set whose ids are ours (`{id}#{statement}`). Raises ValueError, with what the parser says."""
    import cedarpy

    statements: dict[str, Any] = {}
    for policy_id, text in texts.items():
        parsed = orjson.loads(cedarpy.policies_to_json_str(text))
        if parsed["templates"]:
            raise ValueError("templates (?principal, ?resource) are not supported: write the policy out")
        if not parsed["staticPolicies"]:
            raise ValueError("it holds no statement: write permit(…); or forbid(…);")
        for number, statement in enumerate(parsed["staticPolicies"].values()):
            statements[f"{policy_id}#{number}"] = statement
    document = {"staticPolicies": statements, "templates": {}, "templateLinks": []}
    return cedarpy.PolicySet.from_json_str(orjson.dumps(document).decode())


def decide(checks: Sequence[Check], policies: Any) -> list[Decision]:
    """A decision for each check. Raises ValidationFailed for values that Cedar has no type for, such as fractions."""
    return [_decide(check, policies) for check in checks]


def _decide(check: Check, policies: Any) -> Decision:
    import cedarpy

    request = {
        "principal": {"type": check.principal.type, "id": check.principal.id},
        "action": {"type": "Action", "id": check.action},
        "resource": {"type": check.resource.type, "id": check.resource.id},
        "context": check.context,
    }
    try:
        result = cedarpy.is_authorized(request, policies, _entities(check))
    except (ValueError, TypeError) as error:
        raise ValidationFailed(f"Cedar cannot take this check: {error}") from None
    if result.decision == cedarpy.Decision.NoDecision:
        raise ValidationFailed(f"Cedar cannot take this check: {'; '.join(result.diagnostics.errors)}")
    decided = sorted({reason.rpartition("#")[0] for reason in result.diagnostics.reasons})
    decision: Literal["allow", "deny"] = "allow" if result.allowed else "deny"
    return Decision(decision=decision, policies=decided, errors=list(result.diagnostics.errors))


def _entities(check: Check) -> list[dict[str, Any]]:
    groups = [EntityName(type="Action", id=group) for group in check.action_groups]
    action = DescribedEntity(type="Action", id=check.action, parents=groups)
    described = {(each.type, each.id): each for each in (action, check.resource, check.principal)}
    return [
        {
            "uid": {"type": each.type, "id": each.id},
            "attrs": each.attributes,
            "parents": [{"type": parent.type, "id": parent.id} for parent in each.parents],
        }
        for each in described.values()
    ]
