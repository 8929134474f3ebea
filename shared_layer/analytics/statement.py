"""From a query to SQL. Every name comes from a registry of ours; every value is a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared_layer.analytics.dimensions import DIMENSIONS, TIMES, Dimension
from shared_layer.analytics.metrics import METRICS, STATES, SUBJECT, Metric
from shared_layer.analytics.query import AnalyticsQuery

_ALWAYS: Final = ("event_id", "event_type", "timestamp")
_FOR_LATEST: Final = ("payload", "status")
_STATE: Final = f"event_type IN UNNEST({list(STATES)})"
_RANKED: Final = f"""
  SELECT *, {_STATE} AND
    ROW_NUMBER() OVER (PARTITION BY {SUBJECT}, {_STATE} ORDER BY timestamp DESC, event_id DESC) = 1 AS latest
  FROM events
"""  # noqa: S608 (names of ours alone)


@dataclass(frozen=True, slots=True)
class Statement:
    """What `query_events` needs: `dimensions` are those of the answer, the implied ones included."""

    columns: tuple[str, ...]
    event_types: tuple[str, ...]
    select: str
    texts: Mapping[str, Sequence[str]]
    dimensions: tuple[str, ...]


def statement(query: AnalyticsQuery) -> Statement:
    """The SQL of a query whose names have been checked; it asks for one row more than `limit`."""
    metrics = [METRICS[name] for name in query.metrics]
    names = list(dict.fromkeys([*query.dimensions, *(name for metric in metrics for name in metric.implies)]))
    dimensions = [DIMENSIONS[name] for name in names]
    filtered = [DIMENSIONS[name] for name in query.filters]
    latest = any(metric.latest for metric in metrics)
    relation = f", ranked AS ({_RANKED})" if latest else ""
    named: list[Dimension | Metric] = [*dimensions, *metrics]
    fields = [f"{found.expression} AS `{found.name}`" for found in named]
    conditions = [f"{found.expression} IN UNNEST(@filter_{found.name})" for found in filtered]
    lines = [
        relation,
        f"SELECT {', '.join(fields)}",
        f"FROM {'ranked' if latest else 'events'}",
        f"WHERE {' AND '.join(conditions)}" if conditions else "",
        f"GROUP BY {', '.join(str(place) for place in range(1, len(names) + 1))}" if names else "",
        f"ORDER BY {_order(names)}" if names else "",
        f"LIMIT {query.limit + 1}",
    ]
    return Statement(
        columns=_columns(metrics, [*dimensions, *filtered], latest),
        event_types=_event_types(metrics),
        select="\n".join(line for line in lines if line),
        texts={f"filter_{name}": values for name, values in query.filters.items()},
        dimensions=tuple(names),
    )


def _columns(metrics: list[Metric], dimensions: list[Dimension], latest: bool) -> tuple[str, ...]:
    named: list[Dimension | Metric] = [*metrics, *dimensions]
    asked = [column for found in named for column in found.columns]
    return tuple(dict.fromkeys([*_ALWAYS, *asked, *(_FOR_LATEST if latest else ())]))


def _event_types(metrics: list[Metric]) -> tuple[str, ...]:
    """All that the metrics look at together; none where one of them looks at every event."""
    if not all(metric.event_types for metric in metrics):
        return ()
    return tuple(sorted({name for metric in metrics for name in metric.event_types}))


def _order(names: list[str]) -> str:
    """By time, then the greatest first metric, then the rest, so that the order is always the same."""
    places = {name: place for place, name in enumerate(names, start=1)}
    times = [f"{places[name]} ASC" for name in names if name in TIMES]
    rest = [f"{places[name]} ASC" for name in names if name not in TIMES]
    return ", ".join([*times, f"{len(names) + 1} DESC", *rest])
