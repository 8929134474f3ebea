"""Publishing: exactly the approved revision, at its time, once; and what a site shows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from shared_layer.content.due import publish_due
from shared_layer.core import clock
from shared_layer.core.settings import settings
from shared_layer.messaging.unit import Unit
from tests.functions.webhooks.receiver import receiving
from tests.support.content import TEXT, Newsroom, new_newsroom
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.scheduled import pause
from tests.support.staging import context, documents

SITE = "https://www.bakery.example"
ATOM = "{http://www.w3.org/2005/Atom}"


@contextmanager
def later(**by: float) -> Iterator[None]:
    """The clock of this process, ahead."""
    ahead = timedelta(**by).total_seconds()
    real = clock.now
    former = clock.use(lambda: datetime.now(UTC).timestamp() + ahead)
    try:
        yield
    finally:
        clock.use(former)
    assert real is clock.now


def tick() -> Unit:
    return Unit(context("content-hub", ""), "", ("content_published",))


async def page(newsroom: Newsroom, site_key: str, slug: str) -> dict[str, Any]:
    answer = await newsroom.platform.gateway.get(f"/api/v1/sites/{site_key}/pages/en/{slug}")
    return answer.json() if answer.status_code == 200 else {"status": answer.status_code}


async def test_readers_see_the_revision_that_was_approved_whatever_is_saved_later(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    site_key = (await newsroom.settings(site_url=SITE, site_name="Bakery"))["site_key"]
    piece = await newsroom.approved(slug="slow")
    published = await newsroom.done("POST", f"{piece['id']}:publish", json={})
    assert published["published"]["url"] == f"{SITE}/slow"
    await newsroom.done("PATCH", piece["id"], published["version"], json={"title": "Not for readers yet"})
    shown = (await page(newsroom, site_key, "slow"))["page"]
    assert (shown["title"], shown["revision"]) == (piece["title"], 1)
    later_publish = await newsroom.ask("POST", f"{piece['id']}:publish", json={})
    assert later_publish.status_code == 409, "revision 2 is not approved"
    sitemap = await platform.gateway.get(f"/api/v1/sites/{site_key}/sitemap.xml")
    assert sitemap.headers["content-type"].startswith("application/xml")
    assert [one.text for one in ElementTree.fromstring(sitemap.text).iter() if one.tag.endswith("loc")] == [
        f"{SITE}/slow"
    ]
    feed = ElementTree.fromstring((await platform.gateway.get(f"/api/v1/sites/{site_key}/feed.xml")).text)
    assert [one.text for one in feed.iter(f"{ATOM}title")] == ["Bakery", piece["title"]]
    assert [one.text for one in feed.iter(f"{ATOM}content")] == [TEXT]


async def test_a_site_key_that_is_none_shows_nothing(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    site_key = (await newsroom.settings(site_url=SITE))["site_key"]
    assert (await page(newsroom, site_key[:-2] + "AA", "slow"))["status"] == 404
    assert (await page(newsroom, "site_" + "a" * 40, "slow"))["status"] == 404
    assert (await page(newsroom, site_key, "slow"))["status"] == 404


async def test_what_is_taken_back_leaves_a_redirect_and_a_new_slug_too(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    site_key = (await newsroom.settings(site_url=SITE, require_approval=False, require_validation=False))["site_key"]
    piece = await newsroom.write(slug="old")
    published = await newsroom.done("POST", f"{piece['id']}:publish", json={})
    renamed = await newsroom.done("PATCH", piece["id"], published["version"], json={"slug": "new"})
    assert (await page(newsroom, site_key, "old"))["page"]["revision"] == 1
    await newsroom.done("POST", f"{piece['id']}:publish", json={})
    assert (await page(newsroom, site_key, "old"))["redirect_to"] == f"{SITE}/new"
    first = (await page(newsroom, site_key, "new"))["page"]
    assert first["first_published_at"] < first["published_at"]
    assert (await newsroom.ask("POST", "/api/v1/content", json=BLOG_AT_OLD)).status_code == 409
    gone = await newsroom.done("POST", f"{piece['id']}:unpublish", json={"redirect_to": "/bread"})
    assert gone["published"] is None
    assert (await page(newsroom, site_key, "new"))["redirect_to"] == "/bread"
    assert (await newsroom.ask("POST", f"{piece['id']}:unpublish", json={})).status_code == 409
    await newsroom.done("POST", f"{piece['id']}:publish", json={})
    assert (await page(newsroom, site_key, "new"))["page"]["piece_id"] == renamed["id"]


BLOG_AT_OLD = {"title": "Another", "slug": "old", "body": {"type": "blog", "html": "<p>a</p>"}}


async def test_a_scheduled_piece_is_published_once_under_ticks_at_the_same_time(platform: LocalPlatform) -> None:
    pause(platform, "publish_due")
    newsroom = await new_newsroom(platform)
    await newsroom.settings(require_approval=False, require_validation=False)
    at = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    pieces = [await newsroom.write(slug=f"piece-{number}") for number in range(12)]
    for piece in pieces:
        scheduled = await newsroom.done("POST", f"{piece['id']}:publish", json={"at": at})
        assert scheduled["published"] is None
    await newsroom.done("PATCH", pieces[0]["id"], 2, json={"title": "Edited after it was scheduled"})
    cancelled = await newsroom.done("POST", f"{pieces[1]['id']}:unschedule")
    assert cancelled["scheduled"] is None
    assert await publish_due(tick()) == 0
    with later(hours=3):
        counts = await asyncio.gather(*[publish_due(tick()) for _ in range(8)])
        assert await publish_due(tick()) == 0
    assert sum(counts) == 11
    told = [event["payload"] for event in await documents(newsroom.tenant_id, "events")]
    events = [one["content_id"] for one in told if one.get("slug", "").startswith("piece-")]
    assert sorted(events) == sorted(piece["id"] for piece in pieces if piece is not pieces[1])
    first = await newsroom.done("GET", pieces[0]["id"])
    assert (first["published"]["revision"], first["revision"], first["scheduled"]) == (1, 2, None)
    assert first["title"] == "Edited after it was scheduled"
    [record] = [one for one in await documents(newsroom.tenant_id, "content_published") if one["slug"] == "piece-0"]
    assert record["title"] == pieces[0]["title"]


async def test_a_piece_that_is_scheduled_anew_keeps_only_the_last_time(platform: LocalPlatform) -> None:
    pause(platform, "publish_due")
    newsroom = await new_newsroom(platform)
    await newsroom.settings(require_approval=False, require_validation=False)
    piece = await newsroom.write()
    for days in (1, 3):
        at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        await newsroom.done("POST", f"{piece['id']}:publish", json={"at": at})
    with later(days=2):
        await publish_due(tick())
    assert (await newsroom.done("GET", piece["id"]))["published"] is None
    past = await newsroom.ask("POST", f"{piece['id']}:publish", json={"at": "2020-01-01T00:00:00Z"})
    assert past.status_code == 422


async def test_links_to_the_own_site_carry_where_a_visit_came_from(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    await newsroom.settings(site_url=SITE, require_approval=False, require_validation=False)
    html = f'<p><a href="{SITE}/bread?a=1&amp;b=2">ours</a> <a href="https://other.example/x">theirs</a></p>'
    mail = await newsroom.write(slug="week-48", body={"type": "email", "subject": "Week 48", "html": html})
    await newsroom.done("POST", f"{mail['id']}:publish", json={})
    [record] = await documents(newsroom.tenant_id, "content_published")
    carried = "utm_source=newsletter&amp;utm_medium=email&amp;utm_campaign=week-48"
    assert f'href="{SITE}/bread?a=1&amp;b=2&amp;{carried}"' in record["body"]["html"]
    assert 'href="https://other.example/x"' in record["body"]["html"]
    assert (await newsroom.done("GET", mail["id"]))["body"]["html"] == html


@pytest.mark.parametrize(("status", "said"), [(202, "202 taken"), (403, "403 the key is not at the site's /{key}.txt")])
async def test_search_engines_are_told_by_index_now(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, status: int, said: str
) -> None:
    async with receiving() as engine:
        engine.answers.append((503, {}))
        engine.answers.append((status, {}))
        monkeypatch.setenv("XYNERGY_INDEXNOW_URL", engine.url)
        settings.cache_clear()
        newsroom = await new_newsroom(platform)
        rules = {"require_approval": False, "require_validation": False}
        await newsroom.settings(site_url=SITE, index_now=True, index_now_key="2f1c9a70d4e8", **rules)
        piece = await newsroom.write(slug="slow")
        await newsroom.done("POST", f"{piece['id']}:publish", json={})

        async def is_told() -> bool:
            [record] = await documents(newsroom.tenant_id, "content_published")
            return record["index_now"] == said

        await eventually(is_told)
        assert [one.message for one in engine.got] == 2 * [
            {
                "host": "www.bakery.example",
                "key": "2f1c9a70d4e8",
                "keyLocation": f"{SITE}/2f1c9a70d4e8.txt",
                "urlList": [f"{SITE}/slow"],
            }
        ]
    settings.cache_clear()


async def test_pages_know_what_links_to_them_and_where_their_own_links_lead_nowhere(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    await newsroom.settings(site_url=f"{SITE}/blog", require_approval=False, require_validation=False)
    hub = await newsroom.write(slug="hub")
    html = (
        f'<p><a href="{SITE}/blog/hub?a=1#b">hub</a> <a href="/blog/hub">again</a> <a href="/blog/gone">gone</a> '
        f'<a href="https://other.example/blog/hub">theirs</a> <a href="{SITE}/shop/hub">shop</a></p>'
    )
    spoke = await newsroom.write(slug="spoke", body={"type": "blog", "html": html})
    for piece in (hub, spoke):
        await newsroom.done("POST", f"{piece['id']}:publish", json={})

    async def is_linked() -> bool:
        return (await newsroom.done("GET", f"{hub['id']}/links"))["linked_from"] == [spoke["id"]]

    await eventually(is_linked)
    links = await newsroom.done("GET", f"{spoke['id']}/links")
    assert (links["links_to"], links["missing"], links["linked_from"]) == ([hub["id"]], ["/blog/gone"], [])
    await newsroom.done("POST", f"{spoke['id']}:unpublish", json={})

    async def is_forgotten() -> bool:
        return (await newsroom.done("GET", f"{hub['id']}/links"))["linked_from"] == []

    await eventually(is_forgotten)
