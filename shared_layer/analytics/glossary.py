"""The named metrics and dimensions as a caller reads them."""

from __future__ import annotations

from shared_layer.analytics.dimensions import DIMENSIONS
from shared_layer.analytics.metrics import METRICS, Unit
from shared_layer.core.models import Model


class MetricDefinition(Model):
    """What a metric counts, its unit, and the event types that it looks at (empty: all)."""

    name: str
    unit: Unit
    description: str
    event_types: list[str]


class DimensionDefinition(Model):
    """What a dimension groups by, and whether it can be filtered by."""

    name: str
    description: str
    filters: bool


class Glossary(Model):
    """All metrics, on one page, and all dimensions."""

    items: list[MetricDefinition]
    next_cursor: None = None
    dimensions: list[DimensionDefinition]


def glossary() -> Glossary:
    """What `POST /api/v1/analytics:query` understands."""
    return Glossary(
        items=[
            MetricDefinition(name=m.name, unit=m.unit, description=m.description, event_types=list(m.event_types))
            for m in METRICS.values()
        ],
        dimensions=[
            DimensionDefinition(name=d.name, description=d.description, filters=d.filters) for d in DIMENSIONS.values()
        ],
    )
