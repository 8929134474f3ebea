"""Questions answered by the tenant's policies, and remembered, so that a changed policy can be tried on them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from shared_layer.access.credentials import epoch_key
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id
from shared_layer.core.models import Model
from shared_layer.governance.cedar import Check, Decision, compile_policies, decide
from shared_layer.governance.policy import Policy, PolicyText, check_text, texts_in_force
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document
from shared_layer.storage.redis import RedisUnavailable, redis

DECISIONS: Final = "authz_decisions"
KEPT: Final = timedelta(days=30)
REPLAYED: Final = 1000
REMEMBERED: Final = 500

_compiled: OrderedDict[str, tuple[int, Any]] = OrderedDict()


class Checks(Model):
    """Up to 50 questions, answered in order."""

    checks: Annotated[list[Check], Field(min_length=1, max_length=50)]


class Decisions(Model):
    """The answers, in the order of the questions."""

    decisions: list[Decision]


class Flip(Model):
    """A decision that would have come out otherwise."""

    check: Check
    was: Literal["allow", "deny"]
    would_be: Literal["allow", "deny"]
    policies: list[str]


class PolicyOutcome(Model):
    """A policy as written (or as it would be), and, of a dry run, what would flip among the last decisions."""

    policy: Policy | None
    dry_run: bool
    replayed: int = 0
    flips: list[Flip] = Field(default_factory=list)


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
    """Replay the last 1,000 decisions with the policy as it would be. Changes nothing. Raises ValidationFailed."""
    check_text(policy_id, text)
    texts = await texts_in_force(caller.tenant_id)
    texts.pop(policy_id, None)
    if text.enabled:
        texts[policy_id] = text.cedar
    remembered = await _last_decisions(caller.tenant_id)
    outcomes = decide([check for check, _ in remembered], compile_policies(texts))
    flips = [
        Flip(check=check, was=was, would_be=outcome.decision, policies=outcome.policies)
        for (check, was), outcome in zip(remembered, outcomes, strict=True)
        if outcome.decision != was
    ]
    return PolicyOutcome(policy=None, dry_run=True, replayed=len(remembered), flips=flips)


async def _policies(tenant_id: str) -> Any:
    """The tenant's compiled policies: read again when its epoch moved, or each time while Redis is away."""
    try:
        epoch = int(await redis().command("GET", epoch_key(tenant_id)) or 0)
    except RedisUnavailable:
        return compile_policies(await texts_in_force(tenant_id))
    known = _compiled.get(tenant_id)
    if known is None or known[0] != epoch:
        known = (epoch, compile_policies(await texts_in_force(tenant_id)))
        _compiled[tenant_id] = known
        while len(_compiled) > REMEMBERED:
            _compiled.popitem(last=False)
    _compiled.move_to_end(tenant_id)
    return known[1]


async def _last_decisions(tenant_id: str) -> list[tuple[Check, Literal["allow", "deny"]]]:
    from google.cloud.firestore import Query

    found: list[tuple[Check, Literal["allow", "deny"]]] = []
    records = tenant_collection(tenant_id, DECISIONS).order_by("decided_at", direction=Query.DESCENDING)
    async for snapshot in records.limit(REPLAYED).stream():
        for entry in (snapshot.to_dict() or {})["checks"]:
            found.append((Check.model_validate_json(entry["check"]), entry["decision"]))
        if len(found) >= REPLAYED:
            break
    return found[:REPLAYED]
