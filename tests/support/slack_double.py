"""Slack on loopback, as its documentation says: a workspace with its Web API, and its Events API as a caller.

Tokens, scopes in `x-oauth-scopes`, pages by cursor, errors by code, 429 with Retry-After, one message for one
`client_msg_id`. `fail_next` makes the next calls of a method answer otherwise. What was called is in `calls`.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from shared_layer.slack.connection import SCOPES
from shared_layer.slack.signature import signed
from tests.support.provider_double import Answer, Json, ProviderDouble, served

PAGE = 2
"""Small, so that everything takes several pages."""


class SlackDouble(ProviderDouble):
    """A workspace. `token` is its bot's; `posted` are the messages that the bot posted."""

    def __init__(self) -> None:
        super().__init__()
        suffix = uuid.uuid4().hex[:8].upper()
        self.team_id, self.bot = f"T{suffix}", f"UB{suffix}"
        self.token = f"xoxb-{uuid.uuid4().int % 10**12}-double"
        self.scopes = ",".join(SCOPES)
        self.users = [
            self.user("ada", "Ada Byron", "ada@analytical.example"),
            self.user("charles", "Charles Babbage", "charles@analytical.example"),
            self.user("mary", "Mary Somerville", "mary@analytical.example"),
        ]
        self.channels = [self.channel("general"), self.channel("engine"), self.channel("letters")]
        self.history: dict[str, list[Json]] = defaultdict(list)
        self.posted: list[Json] = []
        self.calls: list[tuple[str, Json]] = []
        self._by_client_id: dict[str, Json] = {}

    def user(self, handle: str, name: str, email: str) -> Json:
        profile = {"display_name": handle, "real_name": name, "email": email, "title": "", "image_24": "https://…"}
        told = {"name": handle, "real_name": name, "deleted": False, "tz": "Europe/London", "is_bot": False}
        return {"id": f"U{uuid.uuid4().hex[:8].upper()}", "team_id": self.team_id, "profile": profile, **told}

    def channel(self, name: str) -> Json:
        told = {"name": name, "is_channel": True, "is_member": True, "is_archived": False, "is_private": False}
        purpose = {"value": f"About {name}", "creator": "", "last_set": 0}
        return {"id": f"C{uuid.uuid4().hex[:8].upper()}", "purpose": purpose, "num_members": 3, **told}

    def answer(self, method: str, path: str, given: Json, token: str) -> Answer:
        name = path.rpartition("/")[2]
        self.calls.append((name, given))
        if fault := self.fault(name):
            return fault
        if token != self.token:
            return 200, {"ok": False, "error": "invalid_auth"}, {}
        handle = getattr(self, "_" + name.replace(".", "_").lower(), None)
        answer = handle(given) if handle else {"ok": False, "error": "unknown_method"}
        return 200, {"ok": True, **answer}, {"x-oauth-scopes": self.scopes}

    def _auth_test(self, _: Json) -> Json:
        return {
            "team": "Analytical Engines",
            "team_id": self.team_id,
            "user_id": self.bot,
            "url": "https://x.slack.com/",
        }

    def _users_list(self, given: Json) -> Json:
        return _page("members", self.users, given)

    def _users_info(self, given: Json) -> Json:
        found = [one for one in self.users if one["id"] == given["user"]]
        return {"user": found[0]} if found else {"ok": False, "error": "user_not_found"}

    def _conversations_list(self, given: Json) -> Json:
        return _page("channels", self.channels, given)

    def _conversations_info(self, given: Json) -> Json:
        found = [one for one in self.channels if one["id"] == given["channel"]]
        return {"channel": found[0]} if found else {"ok": False, "error": "channel_not_found"}

    def _conversations_history(self, given: Json) -> Json:
        found = [one for one in self.history[given["channel"]] if one.get("thread_ts") in (None, one["ts"])]
        return _page("messages", sorted(found, key=lambda one: one["ts"], reverse=True), given)

    def _conversations_replies(self, given: Json) -> Json:
        found = [one for one in self.history[given["channel"]] if given["ts"] in (one["ts"], one.get("thread_ts"))]
        return {"messages": sorted(found, key=lambda one: one["ts"]), "has_more": False}

    def _chat_postmessage(self, given: Json) -> Json:
        if given["channel"] not in [one["id"] for one in self.channels]:
            return {"ok": False, "error": "channel_not_found"}
        known = self._by_client_id.get(given.get("client_msg_id", ""))
        if known is None:
            ts = f"{time.time():.6f}"
            known = {"type": "message", "user": self.bot, "bot_id": "B0DOUBLE", "text": given["text"], "ts": ts}
            if given.get("thread_ts"):
                known["thread_ts"] = given["thread_ts"]
            self._by_client_id[given.get("client_msg_id", ts)] = known
            self.posted.append({**known, "channel": given["channel"]})
        return {"channel": given["channel"], "ts": known["ts"], "message": known}

    def message(self, channel: Json, user: Json, text: str, ts: str, **more: Any) -> Json:
        """The event of a message."""
        told = {"type": "message", "channel": channel["id"], "user": user["id"], "text": text, "ts": ts, "event_ts": ts}
        return told | {"channel_type": "channel"} | more

    def edit(self, channel: Json, user: Json, text: str, ts: str, edited_ts: str, **more: Any) -> Json:
        """The event of an edit."""
        edited = {"user": user["id"], "ts": edited_ts}
        message = {"type": "message", "user": user["id"], "text": text, "ts": ts, "edited": edited, **more}
        told = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": channel["id"]}
        return told | {"message": message, "ts": edited_ts, "event_ts": edited_ts, "channel_type": "channel"}

    def delete(self, channel: Json, user: Json, ts: str, deleted_at: str, **more: Any) -> Json:
        """The event of a deletion."""
        previous = {"type": "message", "user": user["id"], "text": "…", "ts": ts, **more}
        told = {"type": "message", "subtype": "message_deleted", "hidden": True, "channel": channel["id"]}
        return told | {"deleted_ts": ts, "previous_message": previous, "ts": deleted_at, "event_ts": deleted_at}


def callback(team_id: str, event: Json, event_id: str = "") -> bytes:
    """The body of a call of the Events API; each has an event id of its own."""
    return json.dumps(
        {
            "token": "deprecated",
            "team_id": team_id,
            "api_app_id": "A0DOUBLE",
            "event": event,
            "type": "event_callback",
            "event_id": event_id or f"Ev{uuid.uuid4().hex[:10].upper()}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": team_id, "is_bot": True}],
        }
    ).encode()


async def send(gateway: httpx.AsyncClient, secret: str, body: bytes, **headers: str) -> httpx.Response:
    """A call as Slack makes it, signed now."""
    timestamp = str(int(time.time()))
    signing = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signed(secret, timestamp, body)}
    given = {"Content-Type": "application/json", **signing, **headers}
    return await gateway.post("/api/xynergyos/v2/slack/events", content=body, headers=given)


def _page(name: str, found: list[Json], given: Json) -> Json:
    start = int(given.get("cursor") or 0)
    limit = min(PAGE, int(given.get("limit", PAGE)))
    following = str(start + limit) if start + limit < len(found) else ""
    return {name: found[start : start + limit], "response_metadata": {"next_cursor": following}}


@contextmanager
def slack_double() -> Iterator[SlackDouble]:
    """A workspace that answers at its `url`."""
    with served(SlackDouble(), "/api/") as double:
        yield double
