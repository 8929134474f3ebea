"""A tenant whose workspace is Slack's: connected by its token, told of events in any order and more than once."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from shared_layer.core import clock
from shared_layer.messaging.unit import Unit
from shared_layer.slack.connection import connection_document
from shared_layer.slack.posting import post_due
from shared_layer.storage.documents import tenant_collection
from tests.functions.slack.conftest import Desk
from tests.support.eventually import eventually
from tests.support.slack_double import SlackDouble, callback, send
from tests.support.staging import context


async def handled(desk: Desk, count: int) -> None:
    """Wait until the handler has taken `count` events of Slack's."""

    async def done() -> bool:
        return await taken(desk) >= count

    await eventually(done)


async def taken(desk: Desk) -> int:
    inbox = [one.id async for one in tenant_collection(desk.tenant_id, "inbox").stream()]
    return sum(one.startswith("apply_slack_event:") for one in inbox)


async def state_of(desk: Desk, message: dict[str, Any]) -> str:
    return str((await desk.get(f"/messages/{message['id']}")).json()["state"])


async def test_connecting_reads_people_channels_and_history_and_never_shows_the_token(
    desk: Desk, slack: SlackDouble
) -> None:
    engine, ada, mary = slack.channels[1], slack.users[0], slack.users[2]
    opening = {"type": "message", "user": ada["id"], "text": "Notes on the <#C1|engine>", "ts": "1700000000.000100"}
    threaded = opening | {"thread_ts": opening["ts"], "reply_count": 1}
    reply = {"type": "message", "user": mary["id"], "text": "Bernoulli!", "ts": "1700000010.000100"}
    others = [opening | {"text": f"No {n}", "ts": f"17000001{n:02}.000100"} for n in range(5)]
    slack.history[engine["id"]] = [threaded, reply | {"thread_ts": opening["ts"]}, *others]
    assert (await desk.get("/status")).json()["status"] == "mock"
    made_up = {one["id"] for one in (await desk.get("/users")).json()["items"]}
    offered = await desk.post("/connect", {"bot_token": slack.token})
    assert (offered.status_code, offered.json()) == (202, {"status": "connecting"})

    async def read() -> bool:
        return len((await desk.get(f"/channels/{engine['id']}/messages")).json().get("items", [])) == 6

    await eventually(read)
    status = (await desk.get("/status")).json()
    assert (status["status"], status["team_id"], status["scopes_missing"]) == ("connected", slack.team_id, [])
    users = {one["id"]: one["name"] for one in (await desk.get("/users")).json()["items"]}
    assert users == {one["id"]: one["real_name"] for one in slack.users}
    assert not made_up & set(users)
    rolled = (await desk.get(f"/channels/{engine['id']}/messages")).json()["items"][-1]
    assert (rolled["thread"]["replies"], rolled["thread"]["participants"]) == (1, [mary["id"]])
    kept = str((await connection_document(desk.tenant_id).get()).to_dict())
    assert slack.token not in kept
    assert slack.token not in str(await desk.events("slack_connect_due", "slack_connection_changed"))


async def test_a_token_that_slack_does_not_know_leaves_the_tenant_where_it_was(desk: Desk, slack: SlackDouble) -> None:
    await desk.post("/connect", {"bot_token": f"xoxb-{12 * '0'}-wrong"})

    async def refused() -> bool:
        return (await desk.get("/status")).json()["refused"] == "invalid_auth"

    await eventually(refused)
    assert (await desk.get("/status")).json()["status"] == "mock"


async def test_missing_scopes_and_a_token_that_was_taken_away_degrade(desk: Desk, slack: SlackDouble) -> None:
    slack.scopes = "channels:read,chat:write,users:read"
    await desk.post("/connect", {"bot_token": slack.token})

    async def degraded() -> bool:
        return (await desk.get("/status")).json()["status"] == "degraded"

    await eventually(degraded)
    status = (await desk.get("/status")).json()
    assert status["scopes_missing"] == ["channels:history", "groups:history", "groups:read", "users:read.email"]
    await desk.hear(slack.team_id, {"type": "tokens_revoked", "tokens": {"bot": [slack.bot]}})

    async def revoked() -> bool:
        return (await desk.get("/status")).json()["problem"] == "token_revoked"

    await eventually(revoked)
    assert (await desk.delete("/connection")).status_code == 204
    assert (await desk.get("/status")).json()["status"] == "mock"


async def test_the_challenge_is_answered_and_an_unsigned_call_is_not(desk: Desk) -> None:
    body = b'{"token":"x","challenge":"3eZb-challenge","type":"url_verification"}'
    answer = await send(desk.platform.gateway, desk.secret, body)
    assert answer.json() == {"challenge": "3eZb-challenge"}
    assert (await send(desk.platform.gateway, "another", body)).status_code == 401
    late = str(int(time.time()) - 301)
    assert (
        await send(desk.platform.gateway, desk.secret, body, **{"X-Slack-Request-Timestamp": late})
    ).status_code == 401
    assert (await desk.platform.gateway.post("/api/xynergyos/v2/slack/events", content=body)).status_code == 401
    unknown = await send(desk.platform.gateway, desk.secret, callback("T0NOBODY", {"type": "message"}))
    assert unknown.status_code == 200
    assert (await send(desk.platform.gateway, desk.secret, b"[1]")).status_code == 400


async def test_a_message_sent_again_under_new_event_ids_is_heard_once(connected: Desk, slack: SlackDouble) -> None:
    channel, ada = slack.channels[0], slack.users[0]
    ts = "1750000000.000200"
    event = slack.message(channel, ada, "Once, please", ts)
    for event_id in ("Ev1", "Ev1", "Ev2", "Ev3"):
        await connected.hear(slack.team_id, event, event_id + connected.tenant_id)
    edit = slack.edit(channel, ada, "Once!", ts, "1750000005.000000")
    for _ in range(3):
        await connected.hear(slack.team_id, edit)
    await handled(connected, 2)
    [told] = await connected.events("slack_message_received")
    assert (told["ts"], told["user_email"], told["user_name"]) == (ts, ada["profile"]["email"], "Ada Byron")
    assert await taken(connected) == 2


async def test_edits_and_deletions_end_alike_in_every_order(connected: Desk, slack: SlackDouble) -> None:
    """Four events of one message in all 24 orders, twelve messages a channel: one state, whatever came first."""
    channel, ada = slack.channels[0], slack.users[0]
    parent = "1760000000.000001"
    await connected.hear(slack.team_id, slack.message(channel, ada, "Parent", parent))
    kept, gone = [], []
    orders = list(itertools.permutations(range(4)))
    for number, order in enumerate(orders):
        ts = f"17600001{number:02}.000000"
        told = {"thread_ts": parent}
        last = (
            slack.delete(channel, ada, ts, "1760002000.000000", **told)
            if number % 2
            else slack.edit(channel, ada, "third", ts, "1760000900.000000", **told)
        )
        steps = [
            slack.message(channel, ada, "first", ts, **told),
            slack.edit(channel, ada, "second", ts, "1760000800.000000", **told),
            slack.edit(channel, ada, "2nd", ts, "1760000850.000000", **told),
            last,
        ]
        (gone if number % 2 else kept).append(ts)
        for step in order:
            await connected.hear(slack.team_id, steps[step])
    await handled(connected, 1 + 4 * len(orders))
    thread = (await connected.get(f"/channels/{channel['id']}/threads/{parent}")).json()
    assert [(one["ts"], one["text"], one["edited"]) for one in thread["replies"]] == [
        (ts, "third", True) for ts in kept
    ]
    opening = (await connected.get(f"/channels/{channel['id']}/messages")).json()["items"][0]
    assert opening["thread"] == {
        "replies": len(kept),
        "latest_reply_at": datetime.fromtimestamp(float(kept[-1]), UTC).isoformat().replace("+00:00", "Z"),
        "participants": [ada["id"]],
    }
    assert (await connected.get("/search", q="first")).json()["items"] == []
    told_of = [one["ts"] for one in await connected.events("slack_message_received")]
    assert len(told_of) == len(set(told_of))
    assert set(kept) <= set(told_of)


async def test_private_conversations_stay_private(connected: Desk, slack: SlackDouble) -> None:
    event = slack.message({"id": "D0PRIVATE1"}, slack.users[0], "between us", "1750000300.000100", channel_type="im")
    group = slack.message({"id": "G0PRIVATE1"}, slack.users[0], "among us", "1750000301.000100", channel_type="mpim")
    for one in (event, group):
        await connected.hear(slack.team_id, one)
    await handled(connected, 2)
    assert (await connected.get("/search", q="us")).json()["items"] == []
    assert await connected.events("slack_message_received") == []


async def test_a_message_whose_answer_was_lost_is_posted_once(connected: Desk, slack: SlackDouble) -> None:
    slack.fail_next("chat.postMessage", 500, {"ok": False, "error": "internal_error"})
    message = (await connected.post("/messages", {"channel": "#engine", "text": "a < b"})).json()

    async def put_off() -> bool:
        return await state_of(connected, message) == "waiting"

    await eventually(put_off)
    former = clock.use(lambda: time.time() + 60)
    try:
        unit = Unit(context("slack-intelligence-service", ""), "", ("slack_message_due",))
        assert await post_due(unit) >= 1
    finally:
        clock.use(former)

    async def sent() -> bool:
        return await state_of(connected, message) == "sent"

    await eventually(sent)
    assert [one["text"] for one in slack.posted] == ["a &lt; b"]
    client_ids = [given["client_msg_id"] for method, given in slack.calls if method == "chat.postMessage"]
    assert len(client_ids) == 2
    assert len(set(client_ids)) == 1


async def test_retry_after_is_obeyed(connected: Desk, slack: SlackDouble) -> None:
    slack.fail_next("chat.postMessage", 429, {"ok": False, "error": "ratelimited"}, Retry_After="90")
    message = (await connected.post("/messages", {"channel": "#engine", "text": "patience"})).json()

    async def put_off() -> bool:
        return await state_of(connected, message) == "waiting"

    await eventually(put_off)
    told = (await connected.get(f"/messages/{message['id']}")).json()
    wait = datetime.fromisoformat(told["post_at"]) - datetime.fromisoformat(told["updated_at"])
    assert timedelta(seconds=89) < wait < timedelta(seconds=91)
    assert (told["error"], told["attempts"], slack.posted) == ("ratelimited", 0, [])


async def test_what_slack_refuses_for_good_has_failed_and_says_why(connected: Desk, slack: SlackDouble) -> None:
    slack.fail_next("chat.postMessage", 200, {"ok": False, "error": "not_in_channel"})
    slack.fail_next("chat.postMessage", 200, {"ok": False, "error": "token_revoked"})
    for error in ("not_in_channel", "token_revoked"):
        message = (await connected.post("/messages", {"channel": "#letters", "text": "x"})).json()

        async def failed(message: dict[str, Any] = message) -> bool:
            return await state_of(connected, message) == "failed"

        await eventually(failed)
        assert (await connected.get(f"/messages/{message['id']}")).json()["error"] == error
    assert (await connected.get("/status")).json()["status"] == "degraded"


async def test_a_reply_goes_into_its_thread(connected: Desk, slack: SlackDouble) -> None:
    channel, ada = slack.channels[1], slack.users[0]
    await connected.hear(slack.team_id, slack.message(channel, ada, "Question", "1750000400.000100"))
    await handled(connected, 1)
    reply = {"channel": channel["id"], "text": "Answer", "thread_ts": "1750000400.000100"}
    message = (await connected.post("/messages", reply)).json()

    async def sent() -> bool:
        return await state_of(connected, message) == "sent"

    await eventually(sent)
    assert slack.posted[0]["thread_ts"] == "1750000400.000100"
    thread = (await connected.get(f"/channels/{channel['id']}/threads/1750000400.000100")).json()
    assert [one["text"] for one in thread["replies"]] == ["Answer"]
