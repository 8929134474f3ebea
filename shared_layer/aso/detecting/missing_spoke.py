"""A missing spoke: a part of a hub's topic that people search for, and that no page of its own answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared_layer.aso.detecting.window import Pair, Window
from shared_layer.aso.opportunity import Finding
from shared_layer.aso.phrase import cluster_of, core_of

GOAL: Final = 5.0
SERVED: Final = 10.0
DEMAND_AT_LEAST: Final = 100
CLICKS_AT_LEAST: Final = 5.0
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub: its address, the words of its topic, and the clusters that it or one of its spokes answers."""

    id: str
    url: str
    title: str
    topic: frozenset[str]
    clusters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A keyword that is followed, with its searches a month."""

    text: str
    volume: int


@dataclass(slots=True)
class _Cluster:
    core: frozenset[str]
    pairs: list[Pair] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)


def missing_spokes(window: Window, hubs: Sequence[Hub], wanted: Sequence[Wanted]) -> Iterator[Finding]:
    """Clusters within a hub's topic that have no page of their own, by what is searched, or by a keyword's volume."""
    if window.curve is None or not hubs:
        return
    clusters: dict[str, _Cluster] = {}
    for pair in window.pairs:
        if not pair.branded and pair.now.impressions:
            clusters.setdefault(cluster_of(pair.query), _Cluster(frozenset(core_of(pair.query)))).pairs.append(pair)
    for one in wanted:
        clusters.setdefault(cluster_of(one.text), _Cluster(frozenset(core_of(one.text)))).wanted.append(one)
    for hub in hubs:
        for cluster_id, cluster in clusters.items():
            if cluster_id not in hub.clusters and cluster.core > hub.topic and not _served(cluster):
                yield from _finding(hub, cluster_id, cluster, window)


def _served(cluster: _Cluster) -> bool:
    """Whether a page of the site stands on the first page for one of the cluster's searches, the hub among them."""
    return any(pair.now.position <= SERVED for pair in cluster.pairs)


def _finding(hub: Hub, cluster_id: str, cluster: _Cluster, window: Window) -> Iterator[Finding]:
    assert window.curve is not None
    seen = sum(pair.now.impressions for pair in cluster.pairs)
    volume = sum(one.volume for one in cluster.wanted) * 28 // 30
    demand, clicks = max(seen, volume), sum(pair.now.clicks for pair in cluster.pairs)
    extra = demand * window.curve.at(GOAL) - clicks
    if demand < DEMAND_AT_LEAST or extra < CLICKS_AT_LEAST:
        return
    searches = sorted(cluster.pairs, key=lambda pair: (-pair.now.impressions, pair.query))
    name = searches[0].query if searches else cluster.wanted[0].text
    rows: list[dict[str, Any]] = [{"query": one.query, "page": one.page, **one.now.told()} for one in searches[:SHOWN]]
    rows += [{"keyword": one.text, "volume": one.volume} for one in cluster.wanted[:SHOWN]]
    yield Finding(
        kind="missing_spoke",
        subject=f"{hub.id} {cluster_id}",
        query=name,
        page=hub.url,
        cluster_id=cluster_id,
        extra_clicks=round(extra, 1),
        reason=f"“{name}” and what means the same is searched {demand} times in 28 days within “{hub.title}”, and no "
        f"page of its own answers it. Clicks are those of position {GOAL:.0f} on your own curve.",
        next_action=f"Write a spoke about “{name}”, attach the keyword to it, and link it from {hub.url} and back.",
        evidence=rows,
    )
