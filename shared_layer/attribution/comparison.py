"""All models side by side: where they disagree most, and how much of that the number of conversions can carry."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

from pydantic import Field

from shared_layer.attribution.daily import Days, read_days
from shared_layer.attribution.models.crediting import MODELS, UNATTRIBUTED, Credit, ModelName, credited
from shared_layer.attribution.models.markov import chain_of
from shared_layer.attribution.models.windows import Journey, within
from shared_layer.attribution.money import MICROS
from shared_layer.attribution.report_query import ComparisonQuery, Frame, frame_of
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model

FEW_CONVERSIONS: Final = 100
FEW_OF_A_CHANNEL: Final = 10
JOURNEYS_A_STATE: Final = 10


class ModelCredit(Model):
    """What one model credits a channel with: millionths of conversions and of money, its part of conversions."""

    conversions_micros: int
    revenue_micros: int
    share: float


class Disagreement(Model):
    """A channel by all models. `spread_points` is how many percentage points lie between the models that credit it with
    most and with least of all conversions."""

    channel: str
    by_model: dict[str, ModelCredit]
    spread_points: float
    highest: ModelName
    lowest: ModelName
    touched_conversions: int = Field(description="Conversions that the channel had a touch before.")


class ModelComparison(Model):
    """All models, the channel that they disagree about most first.

    `margin_points` is how far a share may lie from the truth by chance alone (95 %, at a share of one half): a spread
    that is smaller says nothing. `warnings` say what the sample does not carry.
    """

    since: date
    until: date
    lookback_days: int
    currency: str
    models: list[ModelName]
    conversions: int
    journeys: int
    margin_points: float | None
    warnings: list[str]
    items: list[Disagreement]


async def compare_models(query: ComparisonQuery, caller: Caller) -> ModelComparison:
    """The comparison, read from the days' aggregates."""
    frame = await frame_of(query, caller.tenant_id)
    days = await read_days(caller.tenant_id, query.first, query.last)
    return await asyncio.to_thread(partial(_compare, query, frame, days))


def _compare(query: ComparisonQuery, frame: Frame, days: Days) -> ModelComparison:
    journeys = within(days.paths, frame.lookback_days, frame.currency, query.conversion)
    conversions = sum(journey.converted for journey in journeys)
    return ModelComparison(
        since=query.first,
        until=query.last,
        lookback_days=frame.lookback_days,
        currency=frame.currency,
        models=list(MODELS),
        conversions=conversions,
        journeys=sum(journey.times for journey in journeys),
        margin_points=round(margin_points(conversions), 2) if conversions else None,
        warnings=sample_warnings(journeys, query.order),
        items=disagreements(journeys, query.half_life_days, query.order),
    )


def margin_points(conversions: int) -> float:
    """Half the width of the 95 % interval of a share of one half, in percentage points: 1.96 √(¼/n)."""
    return 98 / math.sqrt(conversions)


def disagreements(journeys: Sequence[Journey], half_life_days: float, order: int) -> list[Disagreement]:
    """Each channel by all models, the widest spread first."""
    credits = {model: credited(journeys, model, half_life_days, order) for model in MODELS}
    total = sum(journey.converted for journey in journeys) * MICROS
    touched = _touched(journeys)
    rows = [
        _disagreement(channel, {model: credits[model][channel] for model in MODELS}, total, touched.get(channel, 0))
        for channel in credits["linear"]
    ]
    return sorted(rows, key=lambda row: (-row.spread_points, row.channel))


def _disagreement(channel: str, credits: dict[ModelName, Credit], total: int, touched: int) -> Disagreement:
    shares = {model: credit.conversions / total if total else 0.0 for model, credit in credits.items()}
    ranked = sorted(shares, key=lambda model: shares[model])
    return Disagreement(
        channel=channel,
        by_model={
            model: ModelCredit(
                conversions_micros=credit.conversions, revenue_micros=credit.revenue, share=round(shares[model], 6)
            )
            for model, credit in credits.items()
        },
        spread_points=round(100 * (shares[ranked[-1]] - shares[ranked[0]]), 2),
        highest=ranked[-1],
        lowest=ranked[0],
        touched_conversions=touched,
    )


def _touched(journeys: Sequence[Journey]) -> dict[str, int]:
    """How many conversions each channel had a touch before."""
    touched: dict[str, int] = {}
    for journey in journeys:
        for channel in set(journey.channels):
            touched[channel] = touched.get(channel, 0) + journey.converted
    return touched


def sample_warnings(journeys: Sequence[Journey], order: int) -> list[str]:
    """What the sample is too small for, in sentences."""
    conversions = sum(journey.converted for journey in journeys)
    found = []
    if conversions < FEW_CONVERSIONS:
        margin = f"{margin_points(conversions):.0f} points either way" if conversions else "anything"
        found.append(
            f"There are {conversions} conversions. Below {FEW_CONVERSIONS}, a channel's share may be off by {margin}."
        )
    few = sorted(channel for channel, number in _touched(journeys).items() if number < FEW_OF_A_CHANNEL)
    if few:
        found.append(f"Fewer than {FEW_OF_A_CHANNEL} conversions had a touch of: {', '.join(few)}.")
    states, walks = len(chain_of(journeys, order)), sum(journey.times for journey in journeys if journey.steps)
    if order > 1 and walks < JOURNEYS_A_STATE * states:
        found.append(
            f"Markov of order {order} knows {states} states from {walks} journeys; a lower order says more."
        )  # fmt: skip
    if walks and all(journey.converted == journey.times for journey in journeys):
        found.append("No journey ended without a conversion: what a channel's touches failed to bring is not known.")
    bare = sum(journey.converted for journey in journeys if not journey.steps)
    if bare and bare * 2 > conversions:
        found.append(f"{bare} of {conversions} conversions have no touch within the window ({UNATTRIBUTED}).")
    return found
