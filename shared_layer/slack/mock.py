"""A workspace that exists only here: a small agency's, so that a tenant without Slack sees how everything behaves.

It answers Web API methods as Slack documents them: pages by cursor, errors by code, and one message a second and
channel (https://docs.slack.dev/apis/web-api/rate-limits). Ids are made from the tenant's, so that no two tenants share
one, and are the same each time.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.slack.agency import Agency
from shared_layer.slack.web import Json, SlackError
from shared_layer.storage.redis import RedisUnavailable, redis

PAGE: Final = 100
TEXT_LIMIT: Final = 40_000


class MockSlack:
    """The workspace of one tenant as it was when it was opened, at `opened_at` (seconds since the epoch)."""

    def __init__(self, tenant_id: str, opened_at: float) -> None:
        self._tenant_id = tenant_id
        self._agency = Agency(tenant_id, opened_at)
        self.scopes: frozenset[str] = frozenset()
        self._methods: dict[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "conversations.list": self._conversations_list,
            "conversations.info": self._conversations_info,
            "conversations.history": self._conversations_history,
            "conversations.replies": self._conversations_replies,
            "users.list": self._users_list,
            "users.info": self._users_info,
            "users.lookupByEmail": self._users_lookup,
        }

    async def call(self, method: str, **arguments: Any) -> Json:
        """The JSON of a Web API method. Raises SlackError."""
        if method == "chat.postMessage":
            return await self._post(arguments)
        if (answer := self._methods.get(method)) is None:
            raise SlackError("unknown_method")
        return {"ok": True, **answer(arguments)}

    def _auth_test(self, _: Json) -> Json:
        agency = self._agency
        url = f"https://{agency.team['domain']}.slack.com/"
        return {"url": url, "team": agency.team["name"], "team_id": agency.team["id"], "user_id": agency.bot_id}

    def _conversations_list(self, given: Json) -> Json:
        return _page("channels", self._agency.channels, given)

    def _conversations_info(self, given: Json) -> Json:
        return {"channel": self._channel(given.get("channel", ""))}

    def _conversations_history(self, given: Json) -> Json:
        channel = self._channel(given.get("channel", ""))
        oldest = str(given.get("oldest", "0"))
        found = [one for one in self._agency.messages[channel["id"]] if one["ts"] > oldest]
        return _page("messages", sorted(found, key=lambda one: one["ts"], reverse=True), given)

    def _conversations_replies(self, given: Json) -> Json:
        channel, ts = self._channel(given.get("channel", "")), given.get("ts", "")
        thread = [one for one in self._agency.messages[channel["id"]] if one["ts"] == ts]
        if not thread:
            raise SlackError("thread_not_found")
        return _page("messages", thread + self._agency.replies.get(ts, []), given)

    def _users_list(self, given: Json) -> Json:
        return _page("members", self._agency.members, given)

    def _users_info(self, given: Json) -> Json:
        found = [one for one in self._agency.members if one["id"] == given.get("user")]
        if not found:
            raise SlackError("user_not_found")
        return {"user": found[0]}

    def _users_lookup(self, given: Json) -> Json:
        found = [one for one in self._agency.members if one["profile"].get("email") == given.get("email")]
        if not found:
            raise SlackError("users_not_found")
        return {"user": found[0]}

    def _channel(self, channel_id: str) -> Json:
        found = [one for one in self._agency.channels if one["id"] == channel_id]
        if not found:
            raise SlackError("channel_not_found")
        return found[0]

    async def _post(self, given: Json) -> Json:
        """A message that is posted: one with a `client_msg_id` that was posted before is the same message again."""
        channel = self._channel(given.get("channel", ""))
        text = str(given.get("text", ""))
        if not text:
            raise SlackError("no_text")
        if len(text) > TEXT_LIMIT:
            raise SlackError("msg_too_long")
        key = f"slack_mock:{self._tenant_id}:{channel['id']}"
        try:
            known = await redis().command("GET", f"{key}:{given.get('client_msg_id')}")
            if known is not None:
                return self._posted(channel, str(known.decode()), given)
            if not await redis().command("SET", f"{key}:pace", 1, "NX", "PX", 1000):
                raise SlackError("ratelimited", 1.0)
            ts = f"{clock.now():.6f}"
            await redis().command("SET", f"{key}:{given.get('client_msg_id')}", ts, "EX", 3600)
        except RedisUnavailable:
            ts = f"{clock.now():.6f}"
        return self._posted(channel, ts, given)

    def _posted(self, channel: Json, ts: str, given: Json) -> Json:
        message: Json = {"type": "message", "user": self._agency.bot_id, "text": given["text"], "ts": ts}
        if given.get("thread_ts"):
            message["thread_ts"] = given["thread_ts"]
        return {
            "ok": True,
            "channel": channel["id"],
            "ts": ts,
            "message": message | {"bot_id": f"B{self._agency.bot_id[1:]}"},
        }


def _page(name: str, found: list[Json], given: Json) -> Json:
    """One page of a list, and the cursor of the next: opaque, as Slack's are."""
    limit = min(1000, max(1, int(given.get("limit", PAGE))))
    start = 0
    if cursor := given.get("cursor"):
        try:
            start = int(base64.b64decode(cursor).decode().removeprefix("next:"))
        except ValueError:
            raise SlackError("invalid_cursor") from None
    more = start + limit < len(found)
    following = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    answer: Json = {name: found[start : start + limit], "response_metadata": {"next_cursor": following}}
    return answer | ({"has_more": more} if name == "messages" else {})
