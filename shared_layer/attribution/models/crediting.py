"""A model's answer: conversions and money by channel, in whole millionths that sum to the totals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, get_args

from shared_layer.attribution.models.apportioning import apportioned
from shared_layer.attribution.models.markov import removal_effects
from shared_layer.attribution.models.shapley import shapley_credit
from shared_layer.attribution.models.splitting import split_credit, splits
from shared_layer.attribution.models.windows import Journey
from shared_layer.attribution.money import MICROS

ModelName = Literal["first", "last", "last_non_direct", "linear", "position", "time_decay", "shapley", "markov"]
MODELS: Final[tuple[ModelName, ...]] = get_args(ModelName)

UNATTRIBUTED: Final = "(unattributed)"
"""The row of conversions that no touch within the window came before. No channel of a tenant's can have this name."""


class Credit(NamedTuple):
    """What a channel is credited with, in millionths of a conversion and of the currency's unit."""

    conversions: int
    revenue: int


def credited(
    journeys: Sequence[Journey], model: ModelName, half_life_days: float = 7.0, order: int = 1
) -> dict[str, Credit]:
    """Every channel's credit, those with none included, and what belongs to none under `(unattributed)`."""
    channels = sorted({step.channel for journey in journeys for step in journey.steps})
    touched = [journey for journey in journeys if journey.steps]
    bare = [journey for journey in journeys if not journey.steps and journey.converted]
    conversions, micros = _shares(touched, model, half_life_days, order)
    by_conversions = _exactly(sum(one.converted for one in touched) * MICROS, conversions, channels)
    by_micros = _exactly(sum(one.micros for one in touched), micros, channels)
    credits = {channel: Credit(by_conversions[channel], by_micros[channel]) for channel in channels}
    if bare:
        credits[UNATTRIBUTED] = Credit(
            sum(one.converted for one in bare) * MICROS, sum(one.micros for one in bare)
        )  # fmt: skip
    return credits


def _exactly(whole: int, shares: dict[str, float], channels: list[str]) -> dict[str, int]:
    return apportioned(whole, {channel: shares.get(channel, 0.0) for channel in channels})


def _shares(
    touched: Sequence[Journey], model: ModelName, half_life_days: float, order: int
) -> tuple[dict[str, float], dict[str, float]]:
    if model == "shapley":
        return shapley_credit(touched)
    if model == "markov":
        effects = removal_effects(touched, order)
        return effects, effects
    return split_credit(touched, splits(half_life_days)[model])
