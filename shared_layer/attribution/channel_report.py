"""What each channel brought and cost, by one model. The rows sum to the totals to the last millionth."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import partial

from pydantic import Field

from shared_layer.attribution.daily import Days, read_days
from shared_layer.attribution.models.crediting import Credit, ModelName, credited
from shared_layer.attribution.models.windows import within
from shared_layer.attribution.money import MICROS, units_of
from shared_layer.attribution.report_query import ChannelsQuery, Frame, frame_of
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model


class ChannelFigures(Model):
    """Conversions (in millionths, and as a number), money in millionths of the report's currency and in its units.

    `roas` is revenue ÷ spend, `cpa` spend ÷ conversions in the currency's units; null where there is nothing to divide
    by.
    """

    conversions_micros: int
    conversions: float
    revenue_micros: int
    revenue: float
    spend_micros: int
    spend: float
    roas: float | None
    cpa: float | None


class ChannelRow(ChannelFigures):
    """A channel's figures. `(unattributed)` holds the conversions that no touch within the window came before."""

    channel: str


class ChannelReport(Model):
    """The channels, the one with most revenue first. `other_currencies` is revenue that is not in the report."""

    model: ModelName
    since: date
    until: date
    lookback_days: int
    currency: str
    totals: ChannelFigures
    items: list[ChannelRow]
    other_currencies: dict[str, int] = Field(description="Millionths, by currency.")


def figures(conversions: int, revenue: int, spend: int) -> dict[str, int | float | None]:
    """The fields of `ChannelFigures`."""
    return {
        "conversions_micros": conversions,
        "conversions": conversions / MICROS,
        "revenue_micros": revenue,
        "revenue": units_of(revenue),
        "spend_micros": spend,
        "spend": units_of(spend),
        "roas": round(revenue / spend, 6) if spend else None,
        "cpa": round(spend / conversions, 6) if spend and conversions else None,
    }


async def report_channels(query: ChannelsQuery, caller: Caller) -> ChannelReport:
    """The report, read from the days' aggregates."""
    frame = await frame_of(query, caller.tenant_id)
    days = await read_days(caller.tenant_id, query.first, query.last)
    return await asyncio.to_thread(partial(_report, query, frame, days))


def _report(query: ChannelsQuery, frame: Frame, days: Days) -> ChannelReport:
    journeys = within(days.paths, frame.lookback_days, frame.currency, query.conversion)
    credits = credited(journeys, query.model, query.half_life_days, query.order)
    spend = {channel: by.get(frame.currency, 0) for channel, by in days.spend.items()}
    rows = channel_rows(credits, spend)
    totals = figures(
        sum(journey.converted for journey in journeys) * MICROS,
        sum(journey.micros for journey in journeys),
        sum(spend.values()),
    )
    return ChannelReport(
        model=query.model,
        since=query.first,
        until=query.last,
        lookback_days=frame.lookback_days,
        currency=frame.currency,
        totals=ChannelFigures.model_validate(totals),
        items=rows,
        other_currencies=other_currencies(days, frame.currency, query.conversion),
    )


def channel_rows(credits: Mapping[str, Credit], spend: Mapping[str, int]) -> list[ChannelRow]:
    """A row for each channel that was credited or cost something."""
    nothing = Credit(0, 0)
    rows = [
        ChannelRow.model_validate(
            {"channel": channel, **figures(*credits.get(channel, nothing), spend.get(channel, 0))}
        )
        for channel in sorted({*credits, *(channel for channel, micros in spend.items() if micros)})
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.revenue_micros, -row.conversions_micros, row.channel))


def other_currencies(days: Days, currency: str, conversion: str | None) -> dict[str, int]:
    """What came in other currencies, in millionths."""
    found: Counter[str] = Counter()
    for path in days.paths:
        if conversion is None or path.conversion == conversion:
            found.update({name: micros for name, micros in path.micros.items() if name != currency})
    return dict(sorted(found.items()))
