"""The CRM in numbers: kept with every write, so that they equal a recount, and read at the cost of 16 documents."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model, Query
from shared_layer.crm.contact import COLLECTION
from shared_layer.crm.counters import read_counts
from shared_layer.crm.timeline import microseconds
from shared_layer.storage.documents import tenant_collection

Counts = dict[tuple[str, ...], int]


def _whole_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class StatisticsQuery(Query):
    """`stale_after` is how many days without contact make a contact stale."""

    stale_after: Annotated[int, BeforeValidator(_whole_number), Field(ge=1, le=3650)] = 90


class ContactNumbers(Model):
    """Active contacts. The owner of those without one is the empty text."""

    total: int
    by_stage: dict[str, int]
    by_owner: dict[str, int]
    by_source: dict[str, int]
    stale: int


class DealNumbers(Model):
    """Deals. `win_rate` is won of all closed; `days_to_win` their mean age; null where none is closed."""

    total: int
    by_stage: dict[str, int]
    by_owner: dict[str, dict[str, int]]
    amount_minor: dict[str, dict[str, int]] = Field(description="By currency and stage.")
    win_rate: float | None
    days_to_win: float | None
    velocity_minor_per_day: dict[str, float] = Field(
        description="By currency: open deals × win rate × mean amount won ÷ days to win."
    )


class CrmStatistics(Model):
    """The numbers at one moment."""

    contacts: ContactNumbers
    deals: DealNumbers
    interactions: dict[str, int]
    tasks: dict[str, int]
    at: datetime


async def statistics(query: StatisticsQuery, caller: Caller) -> CrmStatistics:
    """All numbers of the tenant. The stale are counted by an index, for they change with the clock alone."""
    counts = await read_counts(caller.tenant_id)
    moment = clock.utcnow()
    return CrmStatistics(
        contacts=ContactNumbers(
            total=counts.get(("contacts", "total"), 0),
            by_stage=_below(counts, "contacts", "stage"),
            by_owner=_below(counts, "contacts", "owner"),
            by_source=_below(counts, "contacts", "source"),
            stale=await _stale(caller.tenant_id, moment - timedelta(days=query.stale_after)),
        ),
        deals=_deals(counts),
        interactions=_below(counts, "interactions", "kind"),
        tasks=_below(counts, "tasks", "status"),
        at=moment,
    )


async def _stale(tenant_id: str, since: datetime) -> int:
    from google.cloud.firestore import FieldFilter

    found = (
        tenant_collection(tenant_id, COLLECTION)
        .where(filter=FieldFilter("status", "==", "active"))
        .where(filter=FieldFilter("last_contacted_us", "<", microseconds(since)))
    )
    return int((await found.count().get())[0][0].value)


def _below(counts: Counts, *path: str) -> dict[str, int]:
    return {
        name[len(path)]: number
        for name, number in sorted(counts.items())
        if name[: len(path)] == path and len(name) == len(path) + 1
    }


def _tables(counts: Counts, *path: str) -> dict[str, dict[str, int]]:
    rows = sorted({name[len(path)] for name in counts if name[: len(path)] == path})
    return {row: _below(counts, *path, row) for row in rows}


def _deals(counts: Counts) -> DealNumbers:
    by_stage = _below(counts, "deals", "stage")
    won, lost = by_stage.get("won", 0), by_stage.get("lost", 0)
    rate = won / (won + lost) if won + lost else None
    days = counts.get(("deals", "seconds", "won"), 0) / 86_400 / won if won else None
    amounts = _tables(counts, "deals", "amount")
    opened = counts.get(("deals", "total"), 0) - won - lost
    velocity = {
        currency: round(opened * rate * (by.get("won", 0) / won) / days, 2)
        for currency, by in amounts.items()
        if rate is not None and days
    }
    return DealNumbers(
        total=counts.get(("deals", "total"), 0),
        by_stage=by_stage,
        by_owner=_tables(counts, "deals", "owner"),
        amount_minor=amounts,
        win_rate=rate,
        days_to_win=days,
        velocity_minor_per_day=velocity,
    )
