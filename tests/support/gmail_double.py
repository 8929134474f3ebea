"""Gmail and Google's token endpoint on loopback, as their documentation says: one mailbox with its history.

Codes are good once, with their PKCE verifier alone; history older than `oldest` answers 404; a draft can be sent once.
`fail_next` makes the next calls of a path answer otherwise. What was called is in `calls`.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from tests.support.google_double import CLIENT, GoogleDouble
from tests.support.provider_double import Answer, Json, served

__all__ = ["CLIENT", "GmailDouble", "gmail_double"]

PAGE = 3
"""Small, so that everything takes several pages."""


class GmailDouble(GoogleDouble):
    """A mailbox. `sent` are the mails that went out."""

    def __init__(self) -> None:
        super().__init__()
        self.email = f"ada.{uuid.uuid4().hex[:8]}@analytical.example"
        self.messages: dict[str, Json] = {}
        self.history: list[Json] = []
        self.history_id = 5000
        self.oldest = 5000
        self.drafts: dict[str, Json] = {}
        self.files: dict[str, bytes] = {}
        self.sent: list[Message] = []
        self.calls: list[tuple[str, str, Json]] = []

    def fail_next(self, name: str, status: int, answer: str, times: int = 1, **headers: str) -> None:
        """Let the next calls of a path be refused for that reason."""
        super().fail_next(name, status, _error(status, answer), times, **headers)

    def receive(self, sender: str, subject: str, text: str, thread: str = "", **more: Any) -> str:
        """A mail arrives; answers its id. The history tells of it."""
        with self._lock:
            gmail_id = uuid.uuid4().hex[:16]
            self.history_id += 1
            headers = {
                "From": sender,
                "To": more.pop("to", self.email),
                "Subject": subject,
                "Message-ID": f"<{gmail_id}@mail.example>",
                **more.pop("headers", {}),
            }
            payload = more.pop("payload", None) or {
                "mimeType": "text/plain",
                "filename": "",
                "body": {"size": len(text), "data": base64.urlsafe_b64encode(text.encode()).decode()},
            }
            payload["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
            moment = more.pop("at", time.time())
            self.messages[gmail_id] = {
                "id": gmail_id,
                "threadId": thread or gmail_id,
                "labelIds": more.pop("labels", ["INBOX", "UNREAD"]),
                "snippet": text[:50],
                "historyId": str(self.history_id),
                "internalDate": str(int(moment * 1000)),
                "payload": payload,
            }
            added = {"message": {"id": gmail_id, "threadId": thread or gmail_id}}
            self.history.append({"id": str(self.history_id), "messages": [], "messagesAdded": [added]})
            return gmail_id

    def answer(self, method: str, path: str, given: Json, token: str) -> Answer:
        self.calls.append((method, path, given))
        if path == "/token":
            return self.token(given)
        name = path.removeprefix("/upload").removeprefix("/gmail/v1/users/me")
        if fault := self.fault(name):
            return fault
        if token not in self.access_tokens or self.revoked:
            return 401, _error(401, "authError"), {}
        if "/attachments/" in name:
            data = self.files.get(name.rpartition("/")[2])
            encoded = base64.urlsafe_b64encode(data or b"").decode()
            return (200, {"size": len(data), "data": encoded}, {}) if data else (404, _error(404, "notFound"), {})
        if name.startswith("/messages/"):
            found = self.messages.get(name.rpartition("/")[2])
            return (200, found, {}) if found else (404, _error(404, "notFound"), {})
        handle = getattr(self, f"_{method.lower()}{name.replace('/', '_')}", None)
        return handle(given) if handle else (404, _error(404, "notFound"), {})

    def _get_profile(self, _: Json) -> tuple[int, Json, dict[str, str]]:
        return 200, {"emailAddress": self.email, "historyId": str(self.history_id), "messagesTotal": 1}, {}

    def _get_messages(self, given: Json) -> tuple[int, Json, dict[str, str]]:
        newest = sorted(self.messages.values(), key=lambda one: int(one["internalDate"]), reverse=True)
        listed = [{"id": one["id"], "threadId": one["threadId"]} for one in newest]
        if given.get("q", "").startswith("rfc822msgid:"):
            wanted = f"<{given['q'].partition(':')[2]}>"
            ids = [one["id"] for one in newest if {"name": "Message-ID", "value": wanted} in one["payload"]["headers"]]
            listed = [one for one in listed if one["id"] in ids]
        return 200, _page("messages", listed, given), {}

    def _get_history(self, given: Json) -> tuple[int, Json, dict[str, str]]:
        start = int(given["startHistoryId"])
        if start < self.oldest:
            return 404, _error(404, "notFound"), {}
        found = [one for one in self.history if int(one["id"]) > start]
        return 200, _page("history", found, given) | {"historyId": str(self.history_id)}, {}

    def _post_watch(self, given: Json) -> tuple[int, Json, dict[str, str]]:
        assert given["topicName"].endswith("/topics/gmail-push")
        expiration = int((time.time() + 7 * 86_400) * 1000)
        return 200, {"historyId": str(self.history_id), "expiration": str(expiration)}, {}

    def _post_drafts(self, given: Json) -> tuple[int, Json, dict[str, str]]:
        draft_id = f"r{uuid.uuid4().int % 10**18}"
        self.drafts[draft_id] = _uploaded(given) if "raw" in given else given["message"]
        return 200, {"id": draft_id, "message": {"id": uuid.uuid4().hex[:16]}}, {}

    def _post_drafts_send(self, given: Json) -> tuple[int, Json, dict[str, str]]:
        draft = self.drafts.pop(given["id"], None)
        if draft is None:
            return 404, _error(404, "notFound"), {}
        mail = message_from_bytes(base64.urlsafe_b64decode(draft["raw"]))
        self.sent.append(mail)
        gmail_id = uuid.uuid4().hex[:16]
        thread = draft.get("threadId", gmail_id)
        self.history_id += 1
        headers = [{"name": name, "value": str(value)} for name, value in mail.items()]
        data = base64.urlsafe_b64encode(mail.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]
        self.messages[gmail_id] = {
            "id": gmail_id,
            "threadId": thread,
            "labelIds": ["SENT"],
            "internalDate": str(int(time.time() * 1000)),
            "payload": {"mimeType": "text/plain", "headers": headers, "body": {"data": data}},
        }
        added = {"message": {"id": gmail_id, "threadId": thread}}
        self.history.append({"id": str(self.history_id), "messages": [], "messagesAdded": [added]})
        return 200, {"id": gmail_id, "threadId": thread, "labelIds": ["SENT"]}, {}


def _page(name: str, found: list[Json], given: Json) -> Json:
    start = int(given.get("pageToken") or 0)
    size = min(PAGE, int(given.get("maxResults", 100)))
    more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
    return {name: found[start : start + size], **more}


def _uploaded(given: Json) -> Json:
    """The draft of a multipart upload: what it says of itself, then the mail."""
    upload = message_from_bytes(f"Content-Type: {given['type']}\r\n\r\n".encode() + given["raw"])
    about, mail = upload.get_payload()
    told = json.loads(about.get_payload(decode=True))
    raw = base64.urlsafe_b64encode(mail.get_payload(0).as_bytes()).decode()
    return {**told["message"], "raw": raw}


def _error(status: int, reason: str) -> Json:
    errors = [{"message": reason, "domain": "global", "reason": reason}]
    return {"error": {"code": status, "message": reason, "errors": errors}}


@contextmanager
def gmail_double() -> Iterator[GmailDouble]:
    """A mailbox that answers at its `url`."""
    with served(GmailDouble()) as double:
        yield double
