"""What a report is asked for: a period, a window, a kind of conversion and a currency, or the tenant's defaults."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from pydantic import BeforeValidator, Field

from shared_layer.attribution.event import ConversionName
from shared_layer.attribution.models.crediting import ModelName
from shared_layer.core.currency import Currency
from shared_layer.core.day_span import DaySpan
from shared_layer.core.models import Query, whole_number
from shared_layer.storage.gcp_clients import firestore

LONGEST: Final = 366

Days = Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=365)]


class ReportQuery(DaySpan):
    """UTC days of the conversions, both included; left out: the last thirty.

    A touch counts that is less than `lookback_days` older than the conversion (default: the tenant's own setting).
    Money is that in `currency` (default: the tenant's); what came in others is told beside it.
    """

    lookback_days: Days | None = None
    conversion: ConversionName | None = None
    currency: Currency | None = None


class ModelSettings(Query):
    """How models count: the half-life of `time_decay` in days, and how many channels back `markov` looks."""

    half_life_days: Days = 7
    order: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=3)] = 1


class ChannelsQuery(ReportQuery, ModelSettings):
    """A report by one model."""

    model: ModelName = "last_non_direct"


class ComparisonQuery(ReportQuery, ModelSettings):
    """A report by all models."""


class PathsQuery(ReportQuery):
    """A report of paths: the `limit` most frequent."""

    limit: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=200)] = 50


class Frame(NamedTuple):
    """The window and the currency of a report."""

    lookback_days: int
    currency: str


async def frame_of(query: ReportQuery, tenant_id: str) -> Frame:
    """What the query says, and where it says nothing, what the tenant's settings say."""
    if query.lookback_days is not None and query.currency is not None:
        return Frame(query.lookback_days, query.currency)
    own = (await firestore().collection("tenants").document(tenant_id).get()).to_dict() or {}
    return Frame(query.lookback_days or own.get("lookback_days", 90), query.currency or own.get("currency", "USD"))
