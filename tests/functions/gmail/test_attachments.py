"""Files in mails: sent along within bounds, read from what came."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.functions.gmail.conftest import Desk, push
from tests.support.eventually import eventually
from tests.support.gmail_double import GmailDouble

PDF = b"%PDF-1.7 " + bytes(range(256)) * 40
MAIL = {"to": ["ada@engine.example"], "subject": "Offer", "text": "The offer is attached."}


def file(name: str = "offer ä.pdf", content: bytes = PDF, mimetype: str = "application/pdf") -> dict[str, str]:
    return {"name": name, "mimetype": mimetype, "content": base64.b64encode(content).decode()}


async def sent(desk: Desk, **mail: Any) -> dict[str, Any]:
    """The mail, once it went out."""
    made = await desk.post("/send", MAIL | mail)
    assert made.status_code == 202, made.text
    found: dict[str, Any] = {}

    async def gone() -> bool:
        found.update((await desk.get(f"/sends/{made.json()['id']}")).json())
        return bool(found["state"] == "sent")

    await eventually(gone)
    return found


async def test_files_go_out_by_gmails_upload_letter_by_letter(connected: Desk, gmail: GmailDouble) -> None:
    send = await sent(connected, attachments=[file(), file("n.txt", b"hello", "text/plain")])
    assert [(one["name"], one["size"]) for one in send["attachments"]] == [("offer ä.pdf", len(PDF)), ("n.txt", 5)]
    [mail] = gmail.sent
    text, first, second = mail.get_payload()
    assert text.get_payload(decode=True).decode().strip() == MAIL["text"]
    assert (first.get_filename(), first.get_content_type(), first.get_payload(decode=True)) == (
        "offer ä.pdf", "application/pdf", PDF,
    )  # fmt: skip
    assert second.get_payload(decode=True) == b"hello"


async def test_what_came_is_read_from_gmail_under_its_name_of_now_and_saved_not_run(
    connected: Desk, gmail: GmailDouble
) -> None:
    part = {"mimeType": "text/html", "filename": "näme.html", "body": {"attachmentId": "dead", "size": len(PDF)}}
    text = {"mimeType": "text/plain", "filename": "", "body": {"data": base64.urlsafe_b64encode(b"See it").decode()}}
    payload = {"mimeType": "multipart/mixed", "filename": "", "body": {"size": 0}, "parts": [text, part]}
    gmail.receive("Bo <bo@x.example>", "A file", "", payload=payload)
    await push(gmail.email, gmail.history_id)

    async def came() -> bool:
        return await connected.subjects() == ["A file"]

    await eventually(came)
    [mail] = (await connected.get("/messages")).json()["items"]
    part["body"]["attachmentId"], gmail.files["alive"] = "alive", PDF
    found = await connected.get(f"/messages/{mail['id']}:download")
    assert (found.status_code, found.content) == (200, PDF)
    assert found.headers["content-disposition"] == "attachment; filename*=UTF-8''n%C3%A4me.html"
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert (await connected.get(f"/messages/{mail['id']}:download", number=2)).status_code == 404
    assert (await connected.get("/messages/gml_none:download")).status_code == 404
    gmail.files.clear()
    assert (await connected.get(f"/messages/{mail['id']}:download")).status_code == 404


async def test_the_made_up_mailbox_sends_and_shows_files_as_well(desk: Desk) -> None:
    send = await sent(desk, attachments=[file()])
    [mail] = (await desk.get("/search", q="has:attachment to:ada@engine.example")).json()["items"]
    assert mail["id"] == send["message_id"]
    assert (await desk.get(f"/messages/{mail['id']}:download")).content == PDF
    [offer] = (await desk.get("/search", q="filename:offer-harbor")).json()["items"]
    found = await desk.get(f"/messages/{offer['id']}:download")
    assert len(found.content) == offer["attachments"][0]["size"]


@pytest.mark.parametrize(
    ("files", "pointer"),
    [
        ([file("run.EXE")], "/attachments/0/name"),
        ([file(), file() | {"content": "no base64!"}], "/attachments/1/content"),
        ([file("a/b.pdf")], "/attachments/0/name"),
        ([file(mimetype="text")], "/attachments/0/mimetype"),
        ([file(content=b"x" * (6 << 20)), file(content=b"x" * (5 << 20))], ""),
        ([file()] * 11, "/attachments"),
    ],
    ids=["a program", "no base64", "a path", "no type", "too much", "too many"],
)
async def test_what_gmail_would_refuse_is_refused_here(desk: Desk, files: list[dict[str, str]], pointer: str) -> None:
    refused = await desk.post("/send", MAIL | {"attachments": files})
    assert refused.status_code == 422, refused.text[:300]
    assert pointer in {one.get("pointer", "") for one in refused.json().get("errors", [{}])}
