"""A tenant's policies at the front door: scopes permit, policies restrict.

A call whose scope is held is asked of the tenant's policies beside one statement that permits everything, so that what
they `forbid` is refused, and what they do not speak of stays as it was. The question is, in Cedar's words:

    principal  ApiKey::"<id>" or User::"user_<id>", in Scope::"marketing:write" (each that it holds), in Role::"editor"
    action     Action::"create_campaign" (the operation's name in /docs), in Action::"marketing:write" (its scope)
    resource   Operation::"/api/v1/campaigns/{campaign_id}", in Service::"marketing-engine"; its attribute `path` is
               the path of this call
    context    {"method": "POST"}

Policies are compiled once for each epoch of the tenant and kept for 300 s, decisions with them: in the common case
nothing is read and nothing evaluated. A tenant without policies is not asked about at all. An operator is not bound by
them, and can mend what a tenant has locked.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.access import door_decisions
from shared_layer.access.cedar import Check, Decision, DescribedEntity, EntityName, compile_policies, decide
from shared_layer.access.credentials import TRUST_SECONDS, Credential
from shared_layer.core import clock
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import PolicyDenied
from shared_layer.core.logs import log
from shared_layer.storage.documents import tenant_collection

COLLECTION: Final = "policies"
SCOPE_PERMITS: Final = {"(scope)": "permit(principal, action, resource);"}
TENANTS_REMEMBERED: Final = 500
DECISIONS_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class PoliciesInForce:
    """A tenant's enabled policies as of `epoch`: `asked` for questions of its own, `at_the_door` beside the scope's."""

    epoch: int
    read_at: float
    asked: Any
    at_the_door: Any


@dataclass(frozen=True, slots=True)
class Called:
    """A call as policies see it: the operation's name, scope, method and path template, its service, and the path."""

    operation: str
    scope: str
    method: str
    template: str
    service: str
    path: str


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision of the door, with the question as it is noted."""

    policies: PoliciesInForce
    question: bytes
    decision: Decision


_in_force: OrderedDict[str, PoliciesInForce] = OrderedDict()
_decided: OrderedDict[tuple[str, str, str, str], _Decided] = OrderedDict()


async def policies_of(tenant_id: str, epoch: int) -> PoliciesInForce:
    """The tenant's policies, read again where its epoch moved or 300 s have passed. Raises what Firestore raises."""
    known = _in_force.get(tenant_id)
    if known is None or known.epoch != epoch or clock.now() - known.read_at >= TRUST_SECONDS:
        read_at = clock.now()
        texts = await texts_in_force(tenant_id)
        known = PoliciesInForce(epoch, read_at, compile_policies(texts), compile_policies(texts | SCOPE_PERMITS))
        _in_force[tenant_id] = known
        while len(_in_force) > TENANTS_REMEMBERED:
            _in_force.popitem(last=False)
    return known


async def texts_in_force(tenant_id: str) -> dict[str, str]:
    """The Cedar text of every enabled policy, by id."""
    policies = [each.to_dict() or {} async for each in tenant_collection(tenant_id, COLLECTION).stream()]
    return {each["id"]: each["cedar"] for each in policies if each["enabled"]}


async def uphold(credential: Credential, operation: HttpOperation, path: str) -> None:
    """Let the call pass, or raise PolicyDenied with the policies that forbid it."""
    tenant_id = credential.tenant_id
    policies = await policies_of(tenant_id, credential.epoch)
    key = (tenant_id, credential.principal, operation.name, path)
    found = _decided.get(key)
    if found is None or found.policies is not policies:
        found = _decide(credential, operation, path, policies)
        _decided[key] = found
        while len(_decided) > DECISIONS_REMEMBERED:
            _decided.popitem(last=False)
    door_decisions.note(tenant_id, found.question, found.decision.decision)
    if found.decision.decision == "deny":
        raise PolicyDenied(policies=found.decision.policies)


def _decide(credential: Credential, operation: HttpOperation, path: str, policies: PoliciesInForce) -> _Decided:
    called = Called(
        operation.name, operation.scope, operation.method, operation.path, operation.service.name, path=path
    )
    check = question(credential.principal, credential.role, credential.scopes, called)
    (decision,) = decide([check], policies.at_the_door)
    for error in decision.errors:
        log("WARNING", "policy_failed", f"{error} (the policy counts as absent)", operation=operation.name)
    return _Decided(policies, check.model_dump_json().encode(), decision)


def question(principal: str, role: str, scopes: frozenset[str], called: Called) -> Check:
    """Whether `principal` may make the call, as the door asks it."""
    groups = [EntityName(type="Scope", id=scope) for scope in sorted(scopes)]
    groups += [EntityName(type="Role", id=role)] if role else []
    return Check(
        principal=DescribedEntity(
            type="User" if principal.startswith("user_") else "ApiKey", id=principal, parents=groups
        ),
        action=called.operation,
        action_groups=[called.scope],
        resource=DescribedEntity(
            type="Operation",
            id=called.template,
            attributes={"path": called.path},
            parents=[EntityName(type="Service", id=called.service)],
        ),
        context={"method": called.method},
    )
