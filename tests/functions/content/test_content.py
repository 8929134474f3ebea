"""Pieces of content through the gateway: typed, addressed once, versioned, searched."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.content import BLOG, CONTENT, new_newsroom
from tests.support.platform import LocalPlatform

BODIES: dict[str, dict[str, Any]] = {
    "blog": {"type": "blog", "html": "<p>Bread</p>"},
    "landing": {
        "type": "landing",
        "headline": "Bread worth the wait",
        "sections": [{"heading": "Why", "html": "<p>It tastes.</p>"}],
        "call_to_action": {"label": "Order", "url": "https://www.bakery.example/order"},
    },
    "email": {"type": "email", "subject": "This week's loaves", "html": "<p>Rye</p>"},
    "social": {"type": "social", "network": "x", "text": "Fresh.", "hashtags": ["bread"]},
}


@pytest.mark.parametrize("kind", BODIES)
async def test_each_type_has_its_own_body(platform: LocalPlatform, kind: str) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.write(body=BODIES[kind])
    assert (piece["type"], piece["status"], piece["revision"], piece["version"]) == (kind, "draft", 1, 1)
    assert piece["slug"] == "slow-bread-and-why-we-wait-for-it"
    assert (await newsroom.done("GET", piece["id"]))["body"]["type"] == kind
    assert [one["id"] for one in (await newsroom.done("GET", f"{CONTENT}?type={kind}"))["items"]] == [piece["id"]]
    other = next(name for name in BODIES if name != kind)
    changed = await newsroom.ask("PATCH", piece["id"], 1, json={"body": BODIES[other]})
    assert changed.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"type": "blog", "html": "<script>alert(1)</script>"},
        {"type": "blog", "html": '<p onclick="x()">a</p>'},
        {"type": "blog", "html": '<a href="java\nscript:x()">a</a>'},
        {"type": "blog", "html": "<iframe src='https://evil.example'></iframe>"},
        {"type": "blog", "html": "<p>open <script"},
        {"type": "social", "network": "x", "text": "a" * 281},
        {"type": "podcast", "html": "<p>a</p>"},
    ],
)
async def test_what_would_run_in_a_readers_browser_or_not_fit_is_refused(
    platform: LocalPlatform, body: dict[str, Any]
) -> None:
    newsroom = await new_newsroom(platform)
    answer = await newsroom.ask("POST", CONTENT, json=BLOG | {"body": body})
    assert answer.status_code == 422, answer.text


async def test_an_address_is_given_once_though_ten_ask_at_the_same_time(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    asked = [newsroom.ask("POST", CONTENT, json=BLOG | {"slug": "bread"}) for _ in range(10)]
    answers = [answer.status_code for answer in await asyncio.gather(*asked)]
    assert sorted(answers) == [201] + [409] * 9
    assert (await newsroom.ask("POST", CONTENT, json=BLOG | {"slug": "bread", "locale": "de"})).status_code == 201
    assert (await (await new_newsroom(platform)).ask("POST", CONTENT, json=BLOG | {"slug": "bread"})).status_code == 201
    titled, again = await newsroom.write(), await newsroom.write()
    assert again["slug"] == f"{titled['slug']}-{again['id'][-6:]}"


async def test_a_slug_that_is_given_up_is_free_again(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.write(slug="old")
    await newsroom.done("PATCH", piece["id"], 1, json={"slug": "new"})
    assert (await newsroom.write(slug="old"))["slug"] == "old"
    assert (await newsroom.ask("PATCH", piece["id"], 2, json={"slug": "old"})).status_code == 409


async def test_every_save_is_a_version_and_a_restore_is_a_new_one(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.write()
    piece_id = piece["id"]
    await newsroom.done("PATCH", piece_id, 1, json={"title": "Faster bread", "note": "a try"})
    stale = await newsroom.ask("PATCH", piece_id, 1, json={"title": "Lost"})
    assert stale.status_code == 412
    assert (await newsroom.ask("PATCH", piece_id, json={"title": "Lost"})).status_code == 428
    restored = await newsroom.done("POST", f"{piece_id}/versions/1:restore")
    assert (restored["title"], restored["revision"]) == (piece["title"], 3)
    versions = (await newsroom.done("GET", f"{piece_id}/versions"))["items"]
    assert [(one["number"], one["changed"], one["restored_from"]) for one in versions] == [
        (3, ["title"], 1),
        (2, ["title"], None),
        (1, ["title", "slug", "body", "seo", "tags", "sources", "campaign_id"], None),
    ]
    assert (await newsroom.done("GET", f"{piece_id}/versions/2"))["text"]["title"] == "Faster bread"
    assert (await newsroom.ask("GET", f"{piece_id}/versions/4")).status_code == 404


async def test_a_save_that_changes_nothing_is_no_version(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.write()
    same = await newsroom.done("PATCH", piece["id"], 1, json={"title": piece["title"]})
    assert (same["revision"], same["version"]) == (1, 1)


async def test_two_versions_are_compared_line_by_line(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    html = "<p>The first paragraph stays as it is.</p><p>The second one says little.</p>"
    piece = await newsroom.write(body={"type": "blog", "html": html})
    better = html.replace("says little", "says more")
    await newsroom.done("PATCH", piece["id"], 1, json={"title": "B", "body": {"type": "blog", "html": better}})
    diff = await newsroom.done("GET", f"{piece['id']}/versions:diff?base=1")
    assert (diff["base"], diff["to"]) == (1, 2)
    fields = {one["field"]: one for one in diff["fields"]}
    assert set(fields) == {"title", "body.html"}
    assert (fields["title"]["before"], fields["title"]["after"]) == (piece["title"], "B")
    assert [line for line in fields["body.html"]["diff"] if line[0] in "+-"] == [
        "-<p>The second one says little.</p>",
        "+<p>The second one says more.</p>",
    ]


async def test_pieces_are_found_by_words_phrases_and_what_they_are(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    rye = await newsroom.write(title="Rye for winter", tags=["rye"])
    wheat = await newsroom.write(title="Wheat", locale="de", body=BODIES["email"])

    async def found(**query: str) -> list[str]:
        listed = await newsroom.ask("GET", CONTENT, params=query)
        assert listed.status_code == 200, listed.text
        return [one["id"] for one in listed.json()["items"]]

    assert await found() == [wheat["id"], rye["id"]]
    assert await found(q="winter rye") == [rye["id"]]
    assert await found(q="rye") == [wheat["id"], rye["id"]], "the shorter text is more about it"
    assert await found(q='"for winter"') == [rye["id"]]
    assert await found(q="rye", locale="de") == [wheat["id"]]
    assert await found(tag="rye") == [rye["id"]]
    assert await found(locale="de", status="draft") == [wheat["id"]]


async def test_anothers_piece_is_not_there(platform: LocalPlatform) -> None:
    piece = await (await new_newsroom(platform)).write()
    other = await new_newsroom(platform)
    for method, path in (
        ("GET", piece["id"]),
        ("GET", f"{piece['id']}/versions"),
        ("GET", f"{piece['id']}/versions/1"),
        ("POST", f"{piece['id']}:submit"),
    ):
        assert (await other.ask(method, path)).status_code == 404
