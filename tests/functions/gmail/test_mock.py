"""A tenant without Gmail: the founder's mailbox of a small agency answers as Gmail's would."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from tests.functions.gmail.conftest import Desk
from tests.support.eventually import eventually


async def test_the_status_says_mock(desk: Desk) -> None:
    status = (await desk.get("/status")).json()
    assert (status["status"], [one["email"] for one in status["mailboxes"]]) == ("mock", ["mara@northlight.example"])


async def test_mail_is_paged_and_taken_apart(desk: Desk) -> None:
    whole = (await desk.get("/messages", limit=200)).json()["items"]
    found, cursor = [], None
    while True:
        page = (await desk.get("/messages", limit=4, **({"cursor": cursor} if cursor else {}))).json()
        found += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == whole
    assert len(found) == 14
    accepted = next(one for one in found if one["text"].startswith("Offer accepted"))
    assert accepted["text"].endswith("invoice to the office.")
    assert accepted["quoted"].endswith("> The offer is attached: €11,400 including the shooting day.")
    assert accepted["signature"].splitlines()[:2] == ["Best regards,", "Jonas Weber"]
    assert accepted["details"] == {"phone": "+49 40 5558 1234", "title": "Owner", "company": "Harbor Coffee GmbH"}
    assert (await desk.get(f"/messages/{accepted['id']}")).json() == accepted


async def test_pictures_that_report_reading_are_counted_and_never_shown(desk: Desk) -> None:
    [mail] = (await desk.get("/search", q="from:adweekly")).json()["items"]
    assert (mail["automated"], mail["remote_images"], mail["trackers"]) == (True, 1, 1)
    assert "CPCs fell by 8 % this week" in mail["text"]
    assert "open/9f3" not in str(mail)
    html = (await desk.get("/search", q='"signed offer today"')).json()["items"]
    assert [one["text"] for one in html] == [
        "Hi Mara,\n\ncould you send me the signed offer today? Our finance closes on Friday."
    ]


async def test_threads_say_who_owes_an_answer_and_for_how_long(desk: Desk) -> None:
    waiting = (await desk.get("/threads", owes="us")).json()["items"]
    assert [(one["subject"], one["days_waiting"]) for one in waiting] == [
        ("Request: brand refresh for six hotels", 3),
        ("Signed offer", 0),
    ]
    theirs = (await desk.get("/threads", owes="them")).json()["items"]
    assert [(one["subject"], one["days_waiting"]) for one in theirs] == [("Pitch deck: Swiss prices", 4)]
    assert (await desk.get("/threads", owes="us", days=2)).json()["items"] == waiting[:1]
    everything = (await desk.get("/threads")).json()["items"]
    assert {one["owes"] for one in everything if one["subject"].startswith(("This week", "Payment"))} == {"nobody"}
    whole = (await desk.get(f"/threads/{waiting[0]['id']}")).json()
    assert [one["sender"]["email"] for one in whole["items"]] == ["oskar.lind@fjordhotels.example"] * 2
    assert {one["email"] for one in whole["participants"]} == {
        "oskar.lind@fjordhotels.example",
        "mara@northlight.example",
    }


async def test_search_knows_gmails_operators(desk: Desk) -> None:
    async def found(query: str) -> list[str]:
        answer = await desk.get("/search", q=query)
        assert answer.status_code == 200, answer.text
        return [one["subject"] for one in answer.json()["items"]]

    assert set(await found("offer from:jonas")) == {
        "Re: Spring launch: scope and budget",
        "Spring launch: scope and budget",
    }
    assert await found("has:attachment filename:pdf") == ["Re: Spring launch: scope and budget"]
    assert await found("in:sent to:lea photos") == []
    assert len(await found("in:sent to:lea")) == 2
    assert await found("subject:payment -from:jonas") == ["Payment received: €5,700.00"]
    assert await found('"six hotels" newer_than:2d') == ["Re: Request: brand refresh for six hotels"]
    assert await found("launch before:2020/01/01") == []
    for wrong in ("before:soon", "newer_than:5w", "has:yellow-star", '"open'):
        assert (await desk.get("/search", q=wrong)).status_code == 422, wrong


async def test_an_answer_is_sent_once_into_its_thread(desk: Desk) -> None:
    [asked] = (await desk.get("/search", q="discovery phase")).json()["items"]
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"reply_to_message_id": asked["id"], "text": "Dear Oskar,\n\nTuesday at 10:00 works. Does it for you?"}
    answers = [await desk.post("/send", body, **headers) for _ in range(2)]
    assert answers[0].status_code == 202, answers[0].text
    assert answers[0].content == answers[1].content
    send = answers[0].json()
    assert (send["to"], send["subject"]) == (["oskar.lind@fjordhotels.example"], f"Re: {asked['subject']}")

    async def sent() -> bool:
        return (await desk.get(f"/sends/{send['id']}")).json()["state"] == "sent"

    await eventually(sent)
    told = await desk.events("gmail_message_ingested")
    assert [(one["direction"], one["recipients"][0]["email"]) for one in told] == [
        ("outbound", "oskar.lind@fjordhotels.example")
    ]
    assert len(await desk.events("gmail_message_sent")) == 1


async def test_what_cannot_be_sent_is_refused(desk: Desk) -> None:
    to = ["a@b.example"]
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for body in (
        {"to": [], "subject": "x", "text": "x"},
        {"to": to, "text": "x"},
        {"to": to, "subject": "x\r\nBcc: c@d.example", "text": "x"},
        {"to": ["a@b.example\r\nBcc: c@d.example"], "subject": "x", "text": "x"},
        {"to": to, "subject": "x", "text": "x", "send_at": soon},
        {"to": to, "subject": "x", "text": "x", "mode": "schedule"},
        {"to": to, "subject": "x", "text": "x", "mode": "schedule", "send_at": "2020-01-01T00:00:00Z"},
    ):
        assert (await desk.post("/send", body)).status_code == 422, body
    nowhere = {"reply_to_message_id": "gml_none", "text": "x"}
    assert (await desk.post("/send", nowhere)).status_code == 404


async def test_a_suppressed_address_gets_no_mail_however_it_is_spelled(desk: Desk) -> None:
    entry = (await desk.post("/suppressions", {"email": "Jonas.Weber+news@harborcoffee.example"})).json()
    mail = {"to": ["jonas.weber@harborcoffee.example"], "subject": "x", "text": "x"}
    refused = await desk.post("/send", mail)
    assert (refused.status_code, refused.json()["suppressed"]) == (422, ["jonas.weber@harborcoffee.example"])
    assert [one["id"] for one in (await desk.get("/suppressions")).json()["items"]] == [entry["id"]]
    assert (await desk.delete(f"/suppressions/{entry['id']}")).status_code == 204
    assert (await desk.post("/send", mail)).status_code == 202


async def test_a_scheduled_mail_can_be_cancelled_once(desk: Desk) -> None:
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"to": ["a@b.example"], "subject": "x", "text": "x", "mode": "schedule", "send_at": soon}
    send = (await desk.post("/send", body)).json()
    assert send["state"] == "waiting"
    assert (await desk.delete(f"/sends/{send['id']}")).json()["state"] == "cancelled"
    assert (await desk.delete(f"/sends/{send['id']}")).status_code == 409


async def test_connecting_takes_the_same_two_steps_without_google(desk: Desk) -> None:
    begun = (await desk.post("/connect", {})).json()
    assert begun["mode"] == "mock"
    back = dict(parse_qsl(urlsplit(begun["authorization_url"]).query))
    page = await desk.browse(back)
    assert page.status_code == 200
    assert "mara@northlight.example is connected" in page.text
    assert (await desk.browse(back)).status_code == 400, "once"
    assert (await desk.browse(back | {"state": back["state"][:-4] + "AAAA"})).status_code == 400
    assert (await desk.browse({"state": "x", "code": "made-up"})).status_code == 400
