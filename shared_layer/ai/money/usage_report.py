"""What a tenant used and what that cost, from the ledger's own sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, Literal

from pydantic import Field

from shared_layer.ai.money.budget_settings import usage_between
from shared_layer.ai.money.ledger_page import SUMS
from shared_layer.ai.providers.provider import MICROS
from shared_layer.core.caller import Caller
from shared_layer.core.day_span import DaySpan
from shared_layer.core.models import Model

Dimension = Literal["service", "feature", "user", "day", "provider", "model"]


class UsageQuery(DaySpan):
    """A period, and what its rows are for."""

    by: Dimension = "day"


class UsageFigures(Model):
    """Prompts that a model answered and that the cache did, tokens, and money in millionths of a US dollar.

    `cache_saved_micros` is what the answers from the cache would have cost at the strong external model.
    """

    calls: int
    cache_hits: int
    prompt_tokens: int
    completion_tokens: int
    tokens_saved: int
    cost_micros: int
    cost_usd: float
    cache_saved_micros: int


class UsageRow(UsageFigures):
    """The figures of a service (`marketing`), feature (`marketing.plan`), user (a key's id), day, provider or model."""

    name: str


class UsageReport(Model):
    """The rows add up to the total, and the total is the ledger's."""

    since: date
    until: date
    by: Dimension
    total: UsageFigures
    rows: list[UsageRow] = Field(description="By name.")


async def report_usage(query: UsageQuery, caller: Caller) -> UsageReport:
    """The tenant's usage of a period, as of a second or so ago: instances store their pages that often."""
    total: Counter[str] = Counter()
    rows: dict[str, Counter[str]] = {}
    async for sums in sums_of(caller.tenant_id, query):
        amounts = {name: sums[name] for name in SUMS}
        total.update(amounts)
        rows.setdefault(_name(sums, query.by), Counter()).update(amounts)
    listed = [UsageRow(name=name, **_figures(row)) for name, row in sorted(rows.items())]
    return UsageReport(
        since=query.first, until=query.last, by=query.by, total=UsageFigures(**_figures(total)), rows=listed
    )


async def sums_of(tenant_id: str, period: DaySpan) -> AsyncIterator[dict[str, Any]]:
    """The ledger's sums of a period."""
    async for sums in usage_between(tenant_id, period.first.isoformat(), period.last.isoformat()):
        yield sums


def _name(sums: dict[str, Any], by: Dimension) -> str:
    operation = str(sums["operation"])
    match by:
        case "service":
            return operation.partition(".")[0]
        case "feature":
            return operation
        case "user":
            return str(sums["principal"])
    return str(sums[by])


def _figures(sums: Counter[str]) -> dict[str, Any]:
    return {
        "calls": sums["calls"],
        "cache_hits": sums["hits"],
        "prompt_tokens": sums["prompt_tokens"],
        "completion_tokens": sums["completion_tokens"],
        "tokens_saved": sums["tokens_saved"],
        "cost_micros": sums["cost_micros"],
        "cost_usd": sums["cost_micros"] / MICROS,
        "cache_saved_micros": sums["hit_baseline_micros"],
    }
