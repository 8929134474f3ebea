"""A tenant's channel rules in Firestore: one document, each version kept; what changes is applied to history, too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Protocol

from pydantic import Field

from shared_layer.attribution.channels.groups import DEFAULT_GROUPS, UNASSIGNED
from shared_layer.attribution.channels.rules import ChannelRules, ChannelRulesText
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import VersionMismatch
from shared_layer.messaging.events.attribution import ChannelRulesChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_document

COLLECTION: Final = "attribution_rules"
VERSIONS: Final = "attribution_rule_versions"
DOCUMENT: Final = "rules"
RECLASSIFICATION: Final = "attribution_reclassification"
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Started(Protocol):
    """A task that was started."""

    url: str


class StartTask(Protocol):
    """How a task is started; the operation hands it in."""

    def __call__(self, kind: str, given: dict[str, Any], caller: Caller, unit: Unit) -> Started: ...


class ChannelRulesView(ChannelRules):
    """The rules, GA4's channels that follow them in order, and the task that applies a change to history."""

    default_channels: list[str] = Field(default_factory=lambda: [*(name for name, _ in DEFAULT_GROUPS), UNASSIGNED])
    task_url: str | None = None


async def read_rules(tenant_id: str) -> ChannelRules:
    """The tenant's rules; none of its own where it wrote none."""
    snapshot = await tenant_document(tenant_id, COLLECTION, DOCUMENT).get()
    if not snapshot.exists:
        return ChannelRules(created_at=BEGINNING, updated_at=BEGINNING)
    return from_snapshot(snapshot, ChannelRules)


async def get_rules(caller: Caller) -> ChannelRulesView:
    """The rules as a caller sees them."""
    return ChannelRulesView(**(await read_rules(caller.tenant_id)).model_dump())


async def put_rules(
    text: ChannelRulesText, version: int, caller: Caller, unit: Unit, start_task: StartTask
) -> ChannelRulesView:
    """Stage the rules as of `version`, and the task that classifies what was before anew.

    Raises VersionMismatch; the commit raises Conflict where somebody came between.
    """
    rules = await read_rules(caller.tenant_id)
    if rules.version != version:
        raise VersionMismatch()
    reference = tenant_document(caller.tenant_id, COLLECTION, DOCUMENT)
    changed = rules.rules != text.rules
    rules.rules, rules.changed_by = text.rules, caller.principal
    if version == 1:
        moment = clock.utcnow()
        rules.version, rules.created_at, rules.updated_at = 2, moment, moment
        unit.create(reference, rules.model_dump())
    else:
        unit.replace(reference, rules)
    unit.create(tenant_document(caller.tenant_id, VERSIONS, f"v{rules.version}"), rules.model_dump())
    unit.emit(ChannelRulesChanged(actor=caller.principal, version=rules.version, rules=len(rules.rules)))
    task = start_task(RECLASSIFICATION, {"version": rules.version}, caller, unit) if changed else None
    return ChannelRulesView(**rules.model_dump(), task_url=task.url if task else None)
