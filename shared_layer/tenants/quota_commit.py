"""Counting in Firestore: durable before it is answered, exact under any number of callers.

The truth is Firestore's alone. A counter in Redis would admit sooner, but would have to be made durable by a second
write before the answer (or a lost Redis would give a quota twice), and rebuilt without counting what is under way.
One gathered commit for each meter costs the same round trip and leaves nothing to rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from shared_layer.access.plans import PLANS, Meter
from shared_layer.core.context import RequestContext, current
from shared_layer.core.errors import NotFound
from shared_layer.governance.group_commit import GroupCommit, until_unopposed
from shared_layer.messaging.events.tenants import QuotaThresholdReached
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.tenants.quota_counter import Consumption, Decision, Entry, QuotaCounter, decide, newly_reached
from shared_layer.tenants.tenant import tenant_reference

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COUNTERS: Final = "quotas"
CONSUMPTIONS: Final = "quota_consumptions"
EMITS: Final = ("quota_threshold_reached",)


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of an entry, and where the meter stood right after it."""

    decision: Decision
    consumption: Consumption
    used: int
    limit: int | None


async def count(tenant_id: str, entry: Entry) -> Counted:
    """Count one entry, together with the others that arrive for the same meter. Raises NotFound without a tenant."""
    consumption = entry.consumption
    return await _commits.add(f"{tenant_id} {consumption.meter} {consumption.period}", entry)


def counter_document(tenant_id: str, meter: Meter, period: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/quotas/{meter}:{period}`."""
    return tenant_document(tenant_id, COUNTERS, f"{meter}:{period}")


def consumption_document(tenant_id: str, consumption_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/quota_consumptions/{id}`."""
    return tenant_document(tenant_id, CONSUMPTIONS, consumption_id)


def limit_of(plan: str | None, meter: Meter) -> int | None:
    """How much of `meter` a plan allows a month; None where it sets no limit."""
    return PLANS.get(plan or "", PLANS["standard"]).quotas.get(meter)


async def commit_entries(key: str, entries: list[Entry]) -> list[Counted | Exception]:
    """Count entries of one `tenant meter period` in one commit, again where another instance came first."""
    return await until_unopposed(lambda: _attempt(key, entries))


async def _attempt(key: str, entries: list[Entry]) -> list[Counted | Exception]:
    tenant_id, meter, period = key.split(" ")
    counter_reference = tenant_document(tenant_id, COUNTERS, f"{meter}:{period}")
    ids = list(dict.fromkeys(entry.consumption.id for entry in entries))
    references = [consumption_document(tenant_id, each) for each in ids]
    found = await _read([tenant_reference(tenant_id), counter_reference, *references])
    tenant = found[tenant_reference(tenant_id).path]
    if not tenant.exists or tenant.get("status") == "erased":
        raise NotFound(f"There is no tenant {tenant_id!r}.")
    limit = limit_of(tenant.get("plan"), cast("Meter", meter))
    stored = found[counter_reference.path]
    counter = QuotaCounter.model_validate(stored.to_dict() or {"meter": meter, "period": period})
    unit = Unit(current() or _own_context(tenant_id), tenant_id, EMITS)
    known = {
        snapshot.id: Consumption.model_validate(snapshot.to_dict())
        for snapshot in (found[reference.path] for reference in references)
        if snapshot.exists
    }
    outcomes = _stage(unit, counter, limit, entries, known)
    if any(outcome.decision in ("counted", "refunded") for outcome in outcomes):
        if stored.exists:
            unit.patch_unchanged(counter_reference, counter.model_dump(), stored.update_time)
        else:
            unit.create(counter_reference, counter.model_dump())
        await unit.commit()
    return list(outcomes)


def _stage(
    unit: Unit, counter: QuotaCounter, limit: int | None, entries: Iterable[Entry], known: dict[str, Consumption]
) -> list[Counted]:
    """Decide each entry in order of arrival, staging its record and the events of thresholds."""
    stored = set(known)
    touched: dict[str, Consumption] = {}
    outcomes = []
    for entry in entries:
        wanted = entry.consumption
        decision = decide(counter, limit, entry, known.get(wanted.id))
        if decision in ("counted", "refunded"):
            record = known.setdefault(wanted.id, wanted)
            touched[record.id] = record
        for percent in newly_reached(counter, limit):
            unit.emit(threshold_reached(counter, percent, limit or 0))
        outcomes.append(Counted(decision, known.get(wanted.id, wanted), counter.used, limit))
    for record in touched.values():
        reference = consumption_document(unit.tenant_id, record.id)
        if record.id in stored:
            unit.patch(reference, {"status": record.status})
        else:
            unit.create(reference, record.model_dump())
    return outcomes


def threshold_reached(counter: QuotaCounter, percent: int, limit: int) -> QuotaThresholdReached:
    """The event that the counter reached `percent` of its limit."""
    return QuotaThresholdReached(
        meter=counter.meter, period=counter.period, threshold_percent=percent, used=counter.used, limit=limit
    )


async def _read(references: list[AsyncDocumentReference]) -> dict[str, Any]:
    """The documents by path, in one round trip."""
    return {snapshot.reference.path: snapshot async for snapshot in firestore().get_all(references)}


def _own_context(tenant_id: str) -> RequestContext:
    return RequestContext("quota", "0" * 32, "0" * 16, "tenant-management", "consume_quota", tenant_id)


_commits: GroupCommit[Entry, Counted] = GroupCommit(commit_entries)
