"""The made-up agency's workspace in Slack's documented shapes, from `agency.json`."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

Json = dict[str, Any]
_FILE: Final = Path(__file__).with_name("agency.json")
_MENTION: Final = re.compile(r"<@([a-z]+)>")
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRSTVWXY"  # pragma: allowlist secret


@cache
def _told() -> Json:
    told: Json = orjson.loads(_FILE.read_bytes())
    return told


class Agency:
    """Who is there, which channels, and what was said before `opened_at` (seconds since the epoch).

    `messages` maps a channel's id to its messages outside threads, `replies` a thread's ts to its replies.
    """

    def __init__(self, tenant_id: str, opened_at: float) -> None:
        self._tenant_id, self._opened_at = tenant_id, opened_at
        told = _told()
        self.team = {"id": self._id("T", "team"), **told["team"]}
        self.bot_id = self._id("U", "bot")
        self.members = [self._member(one) for one in told["members"]] + [self._bot()]
        self.channels = [self._channel(one) for one in told["channels"]]
        self.messages: dict[str, list[Json]] = {}
        self.replies: dict[str, list[Json]] = {}
        for name, said in told["messages"].items():
            self.messages[self._id("C", name)] = [self._opening(one) for one in said]

    def _id(self, letter: str, name: str) -> str:
        """An id as Slack's are: a letter and ten capitals or digits."""
        number = int.from_bytes(hashlib.sha256(f"{self._tenant_id}\0{letter}{name}".encode()).digest()[:8], "big")
        return letter + "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(10))

    def _member(self, one: Json) -> Json:
        first, _, last = one["real_name"].partition(" ")
        return {
            "id": self._id("U", one["handle"]),
            "team_id": self.team["id"],
            "name": one["handle"],
            "deleted": False,
            "real_name": one["real_name"],
            "tz": one["tz"],
            "profile": {
                "title": one["title"],
                "real_name": one["real_name"],
                "display_name": one["handle"],
                "first_name": first,
                "last_name": last,
                "email": one["email"],
            },
            "is_bot": False,
            "is_restricted": one["is_restricted"],
            "updated": int(self._opened_at),
        }

    def _bot(self) -> Json:
        profile = {"title": "", "real_name": "Xynergy", "display_name": "xynergy"}
        told = {"name": "xynergy", "deleted": False, "real_name": "Xynergy", "tz": "Etc/UTC", "profile": profile}
        return {"id": self.bot_id, "team_id": self.team["id"], **told, "is_bot": True, "updated": int(self._opened_at)}

    def _channel(self, one: Json) -> Json:
        return {
            "id": self._id("C", one["name"]),
            "name": one["name"],
            "is_channel": True,
            "is_private": False,
            "is_archived": False,
            "is_general": one["is_general"],
            "is_member": True,
            "created": int(self._opened_at) - 90 * 86_400,
            "creator": self._id("U", "mara"),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": one["purpose"], "creator": self._id("U", "mara"), "last_set": 0},
            "num_members": len(one["members"]),
        }

    def _opening(self, told: Json) -> Json:
        message = self._message(told)
        replies = [self._message(one) for one in told["replies"]]
        if replies:
            message["thread_ts"] = message["ts"]
            self.replies[message["ts"]] = [
                {**one, "thread_ts": message["ts"], "parent_user_id": message["user"]} for one in replies
            ]
            message |= {
                "reply_count": len(replies),
                "reply_users": sorted({one["user"] for one in replies}),
                "latest_reply": max(one["ts"] for one in replies),
            }
        return message

    def _message(self, told: Json) -> Json:
        text = _MENTION.sub(lambda found: f"<@{self._id('U', found[1])}>", told["text"])
        digest = hashlib.sha256(f"{self._tenant_id}{told['minutes_ago']}{text}".encode()).digest()
        micros = int.from_bytes(digest[:4], "big") % 1_000_000
        ts = f"{int(self._opened_at) - told['minutes_ago'] * 60}.{micros:06d}"
        return {"type": "message", "user": self._id("U", told["from"]), "text": text, "ts": ts}
