"""On whose behalf something runs later: a schedule, an automation, a workflow.

Whoever sets it up must hold every scope that its work needs; those, and no others, are kept. When it runs, it runs as
that principal with those scopes, in a tenant that is active, and within the tenant's policies as they are then. It goes
on when the key that set it up is rotated or revoked: what must stop is paused, disabled or deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared_layer.access.cedar import compile_policies, decide
from shared_layer.access.credentials import GOVERNED, epoch_key
from shared_layer.access.policies import SCOPE_PERMITS, Called, policies_of, question, texts_in_force
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import PolicyDenied, ScopeMissing, TenantSuspended
from shared_layer.core.models import Model
from shared_layer.core.scopes import SCOPES
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.redis import RedisUnavailable, redis


class Delegate(Model):
    """Who set something up, and which of their scopes it may use."""

    principal: str
    role: str = ""
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class TenantStanding:
    """A tenant as far as work on its behalf asks: `active`, its plan, and whether it has policies."""

    active: bool
    plan: str
    governed: bool


def delegated(caller: Caller, needed: Iterable[str]) -> Delegate:
    """The caller's part in later work that needs these scopes. Raises ScopeMissing for one that the caller lacks."""
    scopes = sorted(set(needed))
    for scope in scopes:
        if not caller.may(scope):
            raise ScopeMissing(f"What this would do needs the scope {scope!r} ({SCOPES[scope]})", scope=scope)
    return Delegate(principal=caller.principal, role=caller.role, scopes=scopes)


async def standings(tenant_ids: Iterable[str]) -> dict[str, TenantStanding]:
    """How tenants stand, in one read for all of them; one that is not there is not active."""
    references = [firestore().collection("tenants").document(tenant_id) for tenant_id in sorted(set(tenant_ids))]
    found = {}
    async for snapshot in firestore().get_all(references, field_paths=["status", "plan", GOVERNED]):
        fields = snapshot.to_dict() or {}
        found[snapshot.id] = TenantStanding(
            fields.get("status") == "active", fields.get("plan", "standard"), bool(fields.get(GOVERNED))
        )
    return found


async def acting(delegate: Delegate, tenant_id: str, context: RequestContext) -> Caller:
    """The caller that the work is done as. Raises TenantSuspended where the tenant is not active."""
    standing = (await standings([tenant_id]))[tenant_id]
    if not standing.active:
        raise TenantSuspended("The tenant is not active: nothing is done on its behalf.")
    return Caller(
        tenant_id, delegate.principal, frozenset(delegate.scopes), standing.plan, False, context, delegate.role
    )


async def uphold_for(caller: Caller, called: Called) -> None:
    """Let work on the caller's behalf pass as the door would. Raises ScopeMissing or PolicyDenied."""
    if not caller.may(called.scope):
        raise ScopeMissing(scope=called.scope)
    if not (await standings([caller.tenant_id]))[caller.tenant_id].governed:
        return
    try:
        epoch = int(await redis().command("GET", epoch_key(caller.tenant_id)) or 0)
        policies = (await policies_of(caller.tenant_id, epoch)).at_the_door
    except RedisUnavailable:
        policies = compile_policies(await texts_in_force(caller.tenant_id) | SCOPE_PERMITS)
    (decision,) = decide([question(caller.principal, caller.role, caller.scopes, called)], policies)
    if decision.decision == "deny":
        raise PolicyDenied(policies=decision.policies)
