"""Questions answered by the tenant's policies, and remembered, so that a changed policy can be tried on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from shared_layer.access import door_decisions
from shared_layer.access.cedar import Check, Decision, compile_policies, decide
from shared_layer.access.credentials import epoch_key
from shared_layer.access.policies import SCOPE_PERMITS, policies_of, texts_in_force
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id
from shared_layer.core.logs import log
from shared_layer.core.models import Model, empty_list
from shared_layer.governance.policy import Policy, PolicyText, check_text
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document
from shared_layer.storage.redis import RedisUnavailable, redis

DECISIONS: Final = "authz_decisions"
KEPT: Final = timedelta(days=30)
REPLAYED: Final = 1000


class Checks(Model):
    """Up to 50 questions, answered in order."""

    checks: Annotated[list[Check], Field(min_length=1, max_length=50)]


class Decisions(Model):
    """The answers, in the order of the questions."""

    decisions: list[Decision]


Source = Literal["authz:check", "front_door"]


class Flip(Model):
    """A decision that would have come out otherwise: one that was asked for, or one about a call of this API."""

    source: Source = "authz:check"
    check: Check
    was: Literal["allow", "deny"]
    would_be: Literal["allow", "deny"]
    policies: list[str]


class PolicyOutcome(Model):
    """A policy as written (or as it would be), and, of a dry run, what would flip among the last decisions."""

    policy: Policy | None
    dry_run: bool
    replayed: int = Field(default=0, description="Decisions of authz:check that were tried, up to the last 1,000.")
    replayed_calls: int = Field(default=0, description="Calls of this API that were tried, up to the last 1,000.")
    flips: list[Flip] = Field(default_factory=empty_list)


async def check_all(wanted: Checks, caller: Caller, unit: Unit) -> Decisions:
    """Answer each check by the policies in force, and stage the record of it. Raises ValidationFailed."""
    decisions = decide(wanted.checks, await _policies(caller.tenant_id))
    moment = clock.utcnow()
    record = {
        "asked_by": caller.principal,
        "decided_at": moment,
        "expires_at": moment + KEPT,
        "checks": [
            {"check": check.model_dump_json(), "decision": decision.decision}
            for check, decision in zip(wanted.checks, decisions, strict=True)
        ],
    }
    unit.create(tenant_document(caller.tenant_id, DECISIONS, new_id("dec")), record)
    return Decisions(decisions=decisions)


async def try_policy(policy_id: str, text: PolicyText, caller: Caller) -> PolicyOutcome:
    """Replay the last 1,000 decisions, and as many calls of this API, with the policy as it would be.

    Changes nothing. Raises ValidationFailed.
    """
    check_text(policy_id, text)
    texts = await texts_in_force(caller.tenant_id)
    texts.pop(policy_id, None)
    if text.enabled:
        texts[policy_id] = text.cedar
    tried = {"authz:check": compile_policies(texts), "front_door": compile_policies(texts | SCOPE_PERMITS)}
    asked, calls = await _asked(caller.tenant_id), await _at_the_door(caller.tenant_id)
    flips = []
    for former in (*asked, *calls):
        (outcome,) = decide([former.check], tried[former.source])
        if outcome.decision != former.decision:
            flips.append(
                Flip(
                    source=former.source,
                    check=former.check,
                    was=former.decision,
                    would_be=outcome.decision,
                    policies=outcome.policies,
                )
            )
    return PolicyOutcome(policy=None, dry_run=True, replayed=len(asked), replayed_calls=len(calls), flips=flips)


async def _policies(tenant_id: str) -> Any:
    """The tenant's compiled policies: read again when its epoch moved, or each time while Redis is away."""
    try:
        epoch = int(await redis().command("GET", epoch_key(tenant_id)) or 0)
    except RedisUnavailable:
        return compile_policies(await texts_in_force(tenant_id))
    return (await policies_of(tenant_id, epoch)).asked


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A decision of the past."""

    source: Source
    check: Check
    decision: Literal["allow", "deny"]


async def _at_the_door(tenant_id: str) -> list[_Remembered]:
    """The door's latest decisions; none without Redis, which a line tells."""
    try:
        latest = await door_decisions.last_decisions(tenant_id)
    except RedisUnavailable as error:
        log("WARNING", "door_decisions_unread", str(error))
        return []
    return [_Remembered("front_door", check, decision) for check, decision in latest]


async def _asked(tenant_id: str) -> list[_Remembered]:
    """The latest decisions that were asked for."""
    from google.cloud.firestore import Query

    found: list[_Remembered] = []
    records = tenant_collection(tenant_id, DECISIONS).order_by("decided_at", direction=Query.DESCENDING)
    async for snapshot in records.limit(REPLAYED).stream():
        for entry in (snapshot.to_dict() or {})["checks"]:
            check = Check.model_validate_json(entry["check"])
            found.append(_Remembered("authz:check", check, entry["decision"]))
        if len(found) >= REPLAYED:
            break
    return found[:REPLAYED]
