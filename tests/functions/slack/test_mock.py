"""A tenant without Slack: a small agency's workspace answers as Slack's would."""

from __future__ import annotations

import asyncio
import uuid

from tests.functions.slack.conftest import Desk
from tests.support.eventually import eventually
from tests.support.slack_double import callback, send


async def channel_id(desk: Desk, name: str) -> str:
    channels = (await desk.get("/channels", limit=200)).json()["items"]
    return next(str(one["id"]) for one in channels if one["name"] == name)


async def test_the_status_says_mock_and_how_old_the_last_event_is(desk: Desk) -> None:
    status = (await desk.get("/status")).json()
    assert (status["status"], status["team_name"], status["last_event_at"]) == ("mock", "Northlight Studio", None)
    assert status["events_url"].endswith("/api/xynergyos/v2/slack/events")


async def test_lists_are_paged_and_complete(desk: Desk) -> None:
    for path in ("/channels", "/users"):
        whole = (await desk.get(path, limit=200)).json()["items"]
        found, cursor = [], None
        while True:
            page = (await desk.get(path, limit=2, **({"cursor": cursor} if cursor else {}))).json()
            found += page["items"]
            if (cursor := page["next_cursor"]) is None:
                break
        assert found == whole
        assert len(found) >= 5


async def test_a_channel_shows_threads_rolled_up_and_a_thread_shows_its_authors(desk: Desk) -> None:
    harbor = await channel_id(desk, "harbor-coffee")
    messages = (await desk.get(f"/channels/{harbor}/messages")).json()["items"]
    assert [one["ts"] for one in messages] == sorted((one["ts"] for one in messages), reverse=True)
    live = next(one for one in messages if "tracking works" in one["text"])
    assert "&" in live["text"]
    assert (live["author"]["name"], live["thread"]["replies"]) == ("Sam Okafor", 3)
    thread = (await desk.get(f"/channels/{harbor}/threads/{live['ts']}")).json()
    assert [one["author"]["name"] for one in thread["replies"]] == ["Mara Lindqvist", "Jonas Weber", "Sam Okafor"]
    since = (await desk.get(f"/channels/{harbor}/messages", since=live["sent_at"])).json()["items"]
    assert {one["ts"] for one in since} == {one["ts"] for one in messages if one["ts"] >= live["ts"]}
    reply = thread["replies"][0]["ts"]
    assert (await desk.get(f"/channels/{harbor}/threads/{reply}")).status_code == 404


async def test_people_are_found_by_address(desk: Desk) -> None:
    found = (await desk.get("/users:lookup", email="Jonas.Weber@HarborCoffee.example")).json()
    assert (found["name"], found["is_guest"], found["contact_id"]) == ("Jonas Weber", True, None)
    assert (await desk.get(f"/users/{found['id']}")).json() == found
    assert (await desk.get("/users:lookup", email="nobody@harborcoffee.example")).status_code == 404


async def test_search_ranks_and_obeys_its_operators(desk: Desk) -> None:
    async def found(query: str) -> list[str]:
        answer = await desk.get("/search", q=query)
        assert answer.status_code == 200, answer.text
        return [one["text"] for one in answer.json()["items"]]

    assert all("budget" in text.lower() for text in await found("budget"))
    assert len(await found("budget from:@tobias")) == 1
    assert len(await found("in:#velo-werkstatt from:nadia@velowerkstatt.example")) == 5
    assert await found('"search ads"') == ["How much of the budget is left for search ads?"]
    assert await found("budget -weekend -search") == []
    assert await found("prices before:2020-01-01") == []
    assert len(await found("PRICE")) >= 3
    assert (await desk.get("/search", q="before:yesterday")).status_code == 422


async def test_a_message_is_posted_once_and_appears(desk: Desk) -> None:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"channel": "#media", "text": "Budgets are <b>final</b> & <!channel> sleeps"}
    answers = [await desk.post("/messages", body, **headers) for _ in range(2)]
    assert answers[0].status_code == 202, answers[0].text
    assert answers[0].content == answers[1].content
    message = answers[0].json()

    async def sent() -> bool:
        return (await desk.get(f"/messages/{message['id']}")).json()["state"] == "sent"

    await eventually(sent)
    media = await channel_id(desk, "media")
    newest = (await desk.get(f"/channels/{media}/messages", limit=1)).json()["items"][0]
    assert (newest["text"], newest["author"]["is_bot"]) == (body["text"], True)
    assert newest["markup"] == "Budgets are &lt;b&gt;final&lt;/b&gt; &amp; &lt;!channel&gt; sleeps"
    assert len(await desk.events("slack_message_sent")) == 1


async def test_a_burst_is_paced_as_slack_paces_it(desk: Desk) -> None:
    """One message a second and channel: the second of two at once is asked to wait, and comes."""
    posted = await asyncio.gather(*[desk.post("/messages", {"channel": "#random", "text": f"n{n}"}) for n in range(2)])
    ids = [one.json()["id"] for one in posted]

    async def sent() -> bool:
        states = [(await desk.get(f"/messages/{one}")).json()["state"] for one in ids]
        return states == ["sent", "sent"]

    await eventually(sent)


async def test_what_cannot_be_posted_is_refused(desk: Desk) -> None:
    for body in (
        {"channel": "#nowhere", "text": "x"},
        {"channel": "general", "text": "x"},
        {"channel": "#general", "text": ""},
        {"channel": "#general", "text": "x", "post_at": "2020-01-01T00:00:00Z"},
        {"channel": "#general", "text": "x", "thread_ts": "1732528800.000100"},
    ):
        assert (await desk.post("/messages", body)).status_code == 422, body


async def test_a_scheduled_message_can_be_cancelled_once(desk: Desk) -> None:
    body = {"channel": "#general", "text": "later", "post_at": "2035-01-01T00:00:00Z"}
    assert (await desk.post("/messages", body)).status_code == 422, "more than 120 days ahead"
    from datetime import UTC, datetime, timedelta

    body["post_at"] = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    message = (await desk.post("/messages", body)).json()
    assert message["state"] == "waiting"
    assert (await desk.delete(f"/messages/{message['id']}")).json()["state"] == "cancelled"
    assert (await desk.delete(f"/messages/{message['id']}")).status_code == 409


async def test_events_of_the_made_up_workspace_are_taken_like_slacks(desk: Desk) -> None:
    team_id = (await desk.get("/status")).json()["team_id"]
    general = await channel_id(desk, "general")
    mara = (await desk.get("/users:lookup", email="mara@northlight.example")).json()["id"]
    event = {"type": "message", "channel": general, "user": mara, "text": "It rains", "ts": "1999999999.000100"}
    answer = await send(desk.platform.gateway, desk.secret, callback(team_id, event))
    assert answer.json() == {"challenge": None}

    async def heard() -> bool:
        return bool(await desk.events("slack_message_received"))

    await eventually(heard)
    [told] = await desk.events("slack_message_received")
    assert (told["user_email"], told["channel_name"], told["text"]) == (
        "mara@northlight.example",
        "general",
        "It rains",
    )
    assert (await desk.get("/status")).json()["last_event_age_seconds"] is not None


async def test_two_tenants_share_no_id(desk: Desk) -> None:
    _, other = await desk.platform.tenant()
    mine = {one["id"] for one in (await desk.get("/channels")).json()["items"]}
    theirs = await desk.platform.gateway.get("/api/xynergyos/v2/slack/channels", headers={"X-API-Key": other})
    assert mine & {one["id"] for one in theirs.json()["items"]} == set()
