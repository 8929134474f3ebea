"""A mailbox that exists only here: the founder's of the small agency, behind Gmail's REST API as documented.

It is a transport of httpx: lists page by token, mail that is left by `arriving` comes with the history, mail that is
sent goes out to nobody. Ids are made from the tenant's, so that no two tenants share one.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import orjson

from shared_layer.core import clock
from shared_layer.gmail.arriving import arrived, arrived_since
from shared_layer.gmail.attachment import kept
from shared_layer.gmail.mailbox import Mailbox

Json = dict[str, Any]
_FILE: Final = Path(__file__).with_name("agency.json")
FIRST_HISTORY: Final = 1000
_MESSAGE: Final = re.compile(r"/messages/([0-9a-f]+)$")
_ATTACHMENT: Final = re.compile(r"/messages/([0-9a-f]+)/attachments/([\w.]+)$")


@cache
def told() -> Json:
    """The mailbox as the file tells it."""
    read: Json = orjson.loads(_FILE.read_bytes())
    return read


class MockGmail(httpx.AsyncBaseTransport):
    """The mailbox as of its opening; what is sent is answered, and kept by the index alone."""

    def __init__(self, tenant_id: str, mailbox: Mailbox) -> None:
        self._tenant_id, self._mailbox = tenant_id, mailbox
        self._routes: dict[tuple[str, str], Callable[[Json], Json]] = {
            ("GET", "/profile"): self._profile,
            ("GET", "/messages"): self._list,
            ("POST", "/watch"): self._watch,
            ("POST", "/stop"): lambda _: {},
            ("POST", "/drafts"): self._draft,
            ("POST", "/drafts/send"): self._send,
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer that Gmail would give."""
        path = request.url.path.removeprefix("/upload").removeprefix("/gmail/v1/users/me")
        given = await _given(request)
        if request.method == "GET" and (match := _MESSAGE.fullmatch(path)):
            found = next((one for one in self._messages() if one["id"] == match[1]), None)
            found = found or await arrived(self._tenant_id, match[1])
            return _answer(200, found) if found else _failed(404, "notFound")
        if request.method == "GET" and (match := _ATTACHMENT.fullmatch(path)):
            data = await self._file(match[1], match[2])
            return _answer(200, {"size": len(data), "data": base64.urlsafe_b64encode(data).decode()})
        if (request.method, path) == ("GET", "/history"):
            return _answer(200, await self._history(int(given["startHistoryId"])))
        route = self._routes.get((request.method, path))
        return _answer(200, route(given)) if route else _failed(404, "notFound")

    def _id(self, *names: str) -> str:
        return hashlib.sha256("\0".join((self._tenant_id, self._mailbox.id, *names)).encode()).hexdigest()[:16]

    def _profile(self, _: Json) -> Json:
        count = len(told()["messages"])
        history = str(FIRST_HISTORY + count)
        return {"emailAddress": self._mailbox.email, "messagesTotal": count, "historyId": history}

    def _messages(self) -> list[Json]:
        made = [self._resource(one, number) for number, one in enumerate(told()["messages"])]
        return sorted(made, key=lambda one: int(one["internalDate"]), reverse=True)

    def _resource(self, one: Json, number: int) -> Json:
        moment = int((self._mailbox.opened_at - one["minutes_ago"] * 60) * 1000)
        own = told()["email"] in one["from"]
        headers = {"From": one["from"], "To": ", ".join(one["to"]), "Subject": one["subject"]}
        headers["Message-ID"] = f"<{one['key']}.{self._id(one['key'])}@mail.example>"
        earlier = [e for e in told()["messages"][:number] if e["thread"] == one["thread"]]
        if earlier:
            ids = [f"<{e['key']}.{self._id(e['key'])}@mail.example>" for e in earlier]
            headers |= {"In-Reply-To": ids[-1], "References": " ".join(ids)}
        return {
            "id": self._id(one["key"]),
            "threadId": self._id("thread", one["thread"]),
            "labelIds": ["SENT"] if own else ["INBOX"],
            "snippet": one["text"][:100],
            "historyId": str(FIRST_HISTORY + number),
            "internalDate": str(moment),
            "payload": payload_of(one, headers | one.get("headers", {})),
        }

    def _list(self, given: Json) -> Json:
        start, size = int(given.get("pageToken", 0)), int(given.get("maxResults", 100))
        found = [{"id": one["id"], "threadId": one["threadId"]} for one in self._messages()]
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return {"messages": found[start : start + size], "resultSizeEstimate": len(found), **more}

    async def _file(self, gmail_id: str, attachment_id: str) -> bytes:
        """What was sent along; of the mails that the mailbox begins with, as many spaces as the file has bytes."""
        send_id, _, number = attachment_id.rpartition(".")
        if send_id:
            return await kept(self._tenant_id, send_id, int(number))
        message = next(one for one in self._messages() if one["id"] == gmail_id)
        sizes = [part["body"]["size"] for part in message["payload"]["parts"] if part["filename"]]
        return b" " * int(sizes[int(attachment_id.removeprefix("att"))])

    async def _history(self, start: int) -> Json:
        """What came since, oldest first."""
        came = await arrived_since(self._tenant_id, self._mailbox.id, start)
        records = [
            {"id": one["historyId"], "messagesAdded": [{"message": {"id": one["id"], "threadId": one["threadId"]}}]}
            for one in came
        ]
        reached = max([start, *[int(one["historyId"]) for one in came]])
        return {"historyId": str(reached), **({"history": records} if records else {})}

    def _watch(self, _: Json) -> Json:
        expiration = int((clock.now() + 7 * 86_400) * 1000)
        return {"historyId": str(self._mailbox.history_id or FIRST_HISTORY), "expiration": str(expiration)}

    def _draft(self, given: Json) -> Json:
        raw = given["message"]["raw"]
        message = {"id": self._id("draft", raw), "threadId": given["message"].get("threadId") or self._id("new", raw)}
        return {"id": f"r{self._id('draft id', raw, message['threadId'])}", "message": message}

    def _send(self, given: Json) -> Json:
        return {"id": self._id("sent", given["id"]), "threadId": self._id("sent thread", given["id"])}


async def _given(request: httpx.Request) -> Json:
    """What a call says: its query, its JSON, or the draft that it uploads."""
    if request.method == "GET":
        return dict(request.url.params)
    body = await request.aread()
    if not request.headers.get("content-type", "").startswith("multipart/related"):
        told: Json = orjson.loads(body or b"{}")
        return told
    about = orjson.loads(body.split(b"\r\n")[3])
    return {"message": about["message"] | {"raw": hashlib.sha256(body).hexdigest()}}


def payload_of(one: Json, headers: dict[str, str]) -> Json:
    """The MIME tree as `format=full` gives it."""
    parts = []
    if one["text"]:
        parts.append(_part("text/plain", one["text"]))
    if one.get("html"):
        parts.append(_part("text/html", one["html"]))
    for number, attached in enumerate(one.get("attachments", ())):
        body = {"attachmentId": f"att{number}", "size": attached["size"]}
        parts.append({"mimeType": attached["mimeType"], "filename": attached["filename"], "body": body})
    listed = [{"name": name, "value": value} for name, value in headers.items()]
    return {"mimeType": "multipart/mixed", "filename": "", "headers": listed, "body": {"size": 0}, "parts": parts}


def _part(kind: str, text: str) -> Json:
    data = base64.urlsafe_b64encode(text.encode()).decode()
    headers = [{"name": "Content-Type", "value": f"{kind}; charset=UTF-8"}]
    return {"mimeType": kind, "filename": "", "headers": headers, "body": {"size": len(text), "data": data}}


def _answer(status: int, value: Json) -> httpx.Response:
    return httpx.Response(status, json=value)


def _failed(status: int, reason: str) -> httpx.Response:
    errors = [{"message": reason, "domain": "global", "reason": reason}]
    return _answer(status, {"error": {"code": status, "message": reason, "errors": errors}})
