"""A tenant's policies in Cedar: validated, versioned, each version kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints

from shared_layer.access.cedar import compile_policies, decide
from shared_layer.access.credentials import GOVERNED, advance_epoch
from shared_layer.access.policies import COLLECTION, SCOPE_PERMITS, Called, question, texts_in_force
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound, ValidationFailed
from shared_layer.core.models import Entity, Model, Page, PageQuery, Query
from shared_layer.messaging.events.governance import PolicyChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

VERSIONS: Final = "policy_versions"
CHANGING: Final = "/api/v1/policies/{policy_id}"
EXAMPLE: Final = 'permit(principal in Role::"editor", action == Action::"publish", resource);'


class PolicyText(Model):
    """What a policy says, as one or more Cedar statements.

    It answers `authz:check`, and binds the tenant's own calls of this API: what it forbids is refused there, beside the
    scopes. A call's principal is `ApiKey::"<id>"` or `User::"user_<id>"`, in `Scope::"<scope>"` and `Role::"<role>"`;
    its action is `Action::"<operation>"`, in `Action::"<scope>"`; its resource is `Operation::"<path template>"` with
    the attribute `path`, in `Service::"<service>"`; its context is `{"method": …}`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"cedar": EXAMPLE, "description": "Editors publish."}]})

    cedar: Annotated[str, StringConstraints(min_length=1, max_length=20_000)] = Field(
        json_schema_extra={"pattern": r"(permit|forbid)\s*\("}
    )
    description: Annotated[str, StringConstraints(max_length=500)] = ""
    enabled: bool = True


class PolicyMode(Query):
    """Whether the policy is written, or only tried on the last 1,000 decisions."""

    dry_run: bool = Field(default=False, description="1: change nothing, list the decisions that would flip.")


class Policy(Entity):
    """A policy as stored; `version` counts its changes."""

    id: str
    cedar: str
    description: str = ""
    enabled: bool = True
    changed_by: str


def policy_document(tenant_id: str, policy_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/policies/{id}`."""
    return tenant_document(tenant_id, COLLECTION, policy_id)


async def put_policy(policy_id: str, text: PolicyText, caller: Caller, unit: Unit) -> Policy:
    """Stage a policy, new or changed, and its version.

    Raises ValidationFailed, with what Cedar says, or where the policy would forbid the caller to change policies.
    """
    check_text(policy_id, text)
    await _refuse_lockout(policy_id, text, caller)
    reference = policy_document(caller.tenant_id, policy_id)
    try:
        policy = await read(reference, Policy)
    except NotFound:
        moment = clock.utcnow()
        written = text.model_dump()
        policy = Policy(id=policy_id, changed_by=caller.principal, created_at=moment, updated_at=moment, **written)
        unit.create(reference, policy.model_dump())
        unit.patch(firestore().collection("tenants").document(caller.tenant_id), {GOVERNED: True})
    else:
        policy.cedar, policy.description, policy.enabled = text.cedar, text.description, text.enabled
        policy.changed_by = caller.principal
        unit.replace(reference, policy)
    version = tenant_document(caller.tenant_id, VERSIONS, f"{policy_id}:{policy.version}")
    unit.create(version, policy.model_dump())
    unit.emit(
        PolicyChanged(actor=caller.principal, policy_id=policy_id, version=policy.version, enabled=policy.enabled)
    )
    unit.after_commit(partial(advance_epoch, caller.tenant_id))
    return policy


def check_text(policy_id: str, text: PolicyText) -> None:
    """Raise ValidationFailed where the text is not Cedar."""
    try:
        compile_policies({policy_id: text.cedar})
    except ValueError as error:
        entry = {"pointer": "/cedar", "in": "body", "detail": str(error), "type": "cedar"}
        raise ValidationFailed(errors=[entry]) from None


async def _refuse_lockout(policy_id: str, text: PolicyText, caller: Caller) -> None:
    """Raise ValidationFailed where nobody could take the policy back: its author would be refused from then on."""
    if caller.operator or not text.enabled:
        return
    texts = await texts_in_force(caller.tenant_id) | {policy_id: text.cedar} | SCOPE_PERMITS
    path = CHANGING.replace("{policy_id}", policy_id)
    called = Called("put_policy", "governance:write", "PUT", CHANGING, caller.context.service, path)
    check = question(caller.principal, caller.role, caller.scopes, called)
    (decision,) = decide([check], compile_policies(texts))
    if decision.decision == "deny":
        detail = "It would forbid you to change policies, and so to take it back. Leave put_policy out of it."
        raise ValidationFailed(errors=[{"pointer": "/cedar", "in": "body", "detail": detail, "type": "lockout"}])


async def get_policy(policy_id: str, caller: Caller) -> Policy:
    """One policy of the tenant. Raises NotFound."""
    return await read(policy_document(caller.tenant_id, policy_id), Policy)


async def list_policies(paging: PageQuery, caller: Caller) -> Page[Policy]:
    """The tenant's policies, newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), Policy, paging, ["-created_at"])
