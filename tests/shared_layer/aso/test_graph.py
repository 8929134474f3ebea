"""Hubs and spokes held against each other: what is cut off, thin or double, and which links are missing."""

from __future__ import annotations

from datetime import UTC, datetime

from shared_layer.aso.content import Content, PieceKeyword
from shared_layer.aso.graph import Graph, address
from shared_layer.aso.phrase import cluster_of, core_of

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


def piece(name: str, kind: str, keyword: str = "", hub: str | None = None, links: tuple[str, ...] = ()) -> Content:
    keywords = []
    if keyword:
        keywords = [
            PieceKeyword(id=f"kw_{name}", text=keyword, cluster_id=cluster_of(keyword), topic=list(core_of(keyword)))
        ]
    return Content.model_validate(
        {
            "id": name, "kind": kind, "url": f"https://www.a.example/{name}/", "title": name.title(), "hub_id": hub,
            "keywords": keywords, "links": [f"http://a.example/{link}" for link in links],
            "created_at": MOMENT, "updated_at": MOMENT,
        }
    )  # fmt: skip


def checks(graph: Graph) -> set[tuple[str, str]]:
    return {(one.check, one.content_id) for one in graph.problems()}


def test_an_address_is_the_same_with_and_without_slash_scheme_and_www() -> None:
    assert address("https://www.a.example/x/?q=1#top") == address("http://a.example/x") == "a.example/x"


def test_orphans_thin_hubs_and_pieces_without_hub_or_keyword_are_told() -> None:
    graph = Graph(
        [
            piece("espresso", "hub", "espresso guide", links=("ratio",)),
            piece("ratio", "spoke", "espresso ratio", "espresso"),
            piece("lost", "spoke", "moka pot"),
            piece("empty", "spoke", hub="espresso", links=("espresso",)),
        ]
    )
    assert checks(graph) == {
        ("thin_hub", "espresso"), ("orphan", "lost"), ("no_hub", "lost"), ("orphan", "empty"), ("no_keyword", "empty"),
    }  # fmt: skip


def test_two_pieces_about_one_cluster_are_in_each_other_s_way() -> None:
    graph = Graph([piece("a", "spoke", "buy espresso beans"), piece("b", "spoke", "best espresso bean")])
    assert ("same_topic", "b") in checks(graph)


def test_missing_links_are_suggested_with_the_target_s_own_keyword_and_never_twice() -> None:
    graph = Graph(
        [
            piece("espresso", "hub", "espresso guide", links=("grind",)),
            piece("grind", "spoke", "espresso grind size", "espresso", links=("espresso",)),
            piece("chart", "spoke", "espresso grind chart", "espresso"),
            piece("water", "spoke", "water temperature", "espresso"),
        ]
    )
    suggested = {(one.from_id, one.to_id): one for one in graph.suggestions()}
    assert ("grind", "espresso") not in suggested
    assert ("espresso", "grind") not in suggested
    assert suggested["chart", "espresso"].anchor == "espresso guide"
    assert suggested["espresso", "water"].anchor == "water temperature"
    assert ("chart", "grind") in suggested
    assert ("chart", "water") not in suggested
    strengths = [one.strength for one in graph.suggestions()]
    assert strengths == sorted(strengths, reverse=True)


def test_a_whole_graph_has_nothing_to_be_told() -> None:
    spokes = [
        piece(name, "spoke", keyword, "hub", links=("hub",))
        for name, keyword in (("a", "espresso ratio"), ("b", "espresso machine"), ("c", "espresso beans"))
    ]
    graph = Graph([piece("hub", "hub", "espresso guide", links=("a", "b", "c")), *spokes])
    assert graph.problems() == []
    assert graph.suggestions() == []
