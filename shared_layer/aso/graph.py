"""Hubs and spokes as a graph: what is cut off, what is thin, and which links are missing, with their anchor text.

A hub covers a topic, a spoke a part of it; hub and spokes link to each other. A link counts where one piece's `links`
name the other's address, with or without its last slash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from shared_layer.aso.content import Content
from shared_layer.core.addresses import readable
from shared_layer.core.models import Model

Check = Literal["orphan", "no_hub", "thin_hub", "no_keyword", "same_topic"]
SPOKES_AT_LEAST: Final = 3
SUGGESTED_AT_MOST: Final = 100
SIBLING_OVERLAP: Final = 0.34


class GraphProblem(Model):
    """What is wrong with a piece, and what to do."""

    check: Check
    content_id: str
    title: str
    reason: str
    fix: str


class LinkSuggestion(Model):
    """A link that is missing: from a page to another, with the words to be linked; strongest first by `strength`."""

    from_id: str
    from_url: str
    to_id: str
    to_url: str
    anchor: str = Field(description="The target's own keyword: what it should be found for.")
    reason: str
    strength: float


class ContentGraph(Model):
    """All pieces held against each other."""

    hubs: int
    spokes: int
    links: int = Field(description="Links between pieces.")
    problems: list[GraphProblem]
    suggestions: list[LinkSuggestion]


def address(url: str) -> str:
    """A page's address as links are compared by: host and path without the last slash, no scheme, query or fragment.

    What is no address is compared as it is.
    """
    if not readable(url):
        return url
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"


class Graph:
    """The pieces of a tenant with the links between them."""

    def __init__(self, pieces: Sequence[Content]) -> None:
        self.pieces = list(pieces)
        self._by_id = {piece.id: piece for piece in pieces}
        places = {address(piece.url): piece.id for piece in pieces}
        self.links = {
            (piece.id, places[place])
            for piece in pieces
            for place in map(address, piece.links)
            if place in places and places[place] != piece.id
        }

    def spokes_of(self, hub: Content) -> list[Content]:
        """The spokes that belong to a hub."""
        return [piece for piece in self.pieces if piece.kind == "spoke" and piece.hub_id == hub.id]

    def hub_of(self, piece: Content) -> Content | None:
        """The hub that a spoke belongs to, where it is there."""
        return self._by_id.get(piece.hub_id or "")

    def problems(self) -> list[GraphProblem]:
        """What is wrong, piece by piece."""
        return [problem for piece in self.pieces for problem in self._checked(piece)] + list(self._same_topics())

    def _checked(self, piece: Content) -> Iterator[GraphProblem]:
        if not any(target == piece.id for _, target in self.links):
            yield _problem(
                "orphan", piece, "No other piece links to it.", f"Link to {piece.url} from its hub or a sibling."
            )
        if not piece.keywords:
            yield _problem(
                "no_keyword",
                piece,
                "It answers no keyword.",
                f"Attach one: POST /api/v1/aso/content/{piece.id}:attach-keyword.",
            )
        if piece.kind == "spoke" and self.hub_of(piece) is None:
            yield _problem("no_hub", piece, "It belongs to no hub.", "Set its hub_id, or make it a hub.")
        if piece.kind == "hub" and len(self.spokes_of(piece)) < SPOKES_AT_LEAST:
            count = len(self.spokes_of(piece))
            yield _problem(
                "thin_hub",
                piece,
                f"It has {count} spoke{'' if count == 1 else 's'}; a topic takes at least {SPOKES_AT_LEAST}.",
                "Look at its missing_spoke opportunities for what is searched within its topic.",
            )

    def _same_topics(self) -> Iterator[GraphProblem]:
        """Pieces that are about one cluster are in each other's way."""
        about = sorted((piece.keywords[0].cluster_id, piece.id) for piece in self.pieces if piece.keywords)
        for (cluster, first), (other, second) in pairwise(about):
            if cluster == other:
                rival = self._by_id[first]
                yield _problem(
                    "same_topic",
                    self._by_id[second],
                    f"It is about what “{rival.title}” is about.",
                    f"Make one the page, and attach another keyword to the other or redirect it to {rival.url}.",
                )

    def suggestions(self) -> list[LinkSuggestion]:
        """The links that are missing, strongest first: spoke and hub both ways, then siblings of near topics."""
        found = [suggestion for piece in self.pieces for suggestion in self._missing(piece)]
        found.sort(key=lambda one: (-one.strength, one.from_id, one.to_id))
        return found[:SUGGESTED_AT_MOST]

    def _missing(self, piece: Content) -> Iterator[LinkSuggestion]:
        hub = self.hub_of(piece) if piece.kind == "spoke" else None
        if hub is None:
            return
        yield from self._suggested(piece, hub, "A spoke links to its hub.", 1.0)
        yield from self._suggested(hub, piece, "A hub links to each of its spokes.", 0.95)
        for sibling in self.spokes_of(hub):
            near = _overlap(piece, sibling)
            if sibling.id != piece.id and near >= SIBLING_OVERLAP:
                yield from self._suggested(piece, sibling, "Spokes of one hub about near topics.", round(0.8 * near, 3))

    def _suggested(self, source: Content, target: Content, reason: str, strength: float) -> Iterator[LinkSuggestion]:
        if (source.id, target.id) not in self.links:
            yield LinkSuggestion(
                from_id=source.id,
                from_url=source.url,
                to_id=target.id,
                to_url=target.url,
                anchor=target.keywords[0].text if target.keywords else target.title,
                reason=reason,
                strength=strength,
            )


def _problem(check: Check, piece: Content, reason: str, fix: str) -> GraphProblem:
    return GraphProblem(check=check, content_id=piece.id, title=piece.title, reason=reason, fix=fix)


def _overlap(one: Content, other: Content) -> float:
    """How much of what two pieces are about is the same (Jaccard index of their topics' words)."""
    union = one.topic | other.topic
    return len(one.topic & other.topic) / len(union) if union else 0.0
