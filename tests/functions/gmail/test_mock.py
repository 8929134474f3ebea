"""A tenant without Gmail: the founder's mailbox of a small agency answers as Gmail's would."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from shared_layer.messaging.events.webhooks import WebhookEndpointDisabled
from tests.functions.gmail.conftest import Desk
from tests.support.eventually import eventually
from tests.triggers.crm.test_timeline import tell


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


async def test_only_the_browser_that_came_back_first_connects_and_only_when_its_button_is_pressed(desk: Desk) -> None:
    """Whoever opens somebody else's address reads whose tenant would have the mailbox, and gives nothing by that."""
    begun = (await desk.post("/connect", {})).json()
    back = dict(parse_qsl(urlsplit(begun["authorization_url"]).query))
    asked = await desk.come_back(back)
    assert asked.status_code == 200
    own_key = {"X-API-Key": desk.key}
    tenant = (await desk.platform.gateway.get(f"/api/v1/tenants/{desk.tenant_id}", headers=own_key)).json()
    assert f"Connect your mailbox to {tenant['name']}?" in asked.text
    assert "HttpOnly" in asked.headers["set-cookie"]
    assert "SameSite=Lax" in asked.headers["set-cookie"]
    assert await desk.events("gmail_mailbox_connected") == []
    desk.platform.gateway.cookies.clear()
    assert (await desk.come_back(back)).status_code == 400, "a second browser"
    own = asked.headers["set-cookie"].partition(";")[0]
    assert (await desk.come_back(back, own)).status_code == 200, "the same one again"
    for cookie in ("", "xynergy-gmail-connect=another"):
        assert (await desk.press(asked, cookie)).status_code == 400
    assert await desk.events("gmail_mailbox_connected") == []
    assert (await desk.press(asked)).status_code == 200
    assert len(await desk.events("gmail_mailbox_connected")) == 1
    assert (await desk.press(asked)).status_code == 400, "once"


async def test_mail_comes_to_the_made_up_mailbox_as_to_any_other(desk: Desk) -> None:
    """From the call to the index, the thread that waits for us, a contact and its timeline; once, and at any pace."""
    [mailbox] = (await desk.get("/status")).json()["mailboxes"]
    path, crm = f"/mailboxes/{mailbox['id']}:deliver", "/api/xynergyos/v2/crm"
    own = {"X-API-Key": desk.key}
    settings = (await desk.platform.gateway.get(f"{crm}/settings", headers=own)).json() | {"mail": "both"}
    await desk.platform.gateway.put(f"{crm}/settings", headers=own, json=settings)
    mail = {"sender": "ada@engine.example", "sender_name": "Ada", "subject": "Prices", "text": "What does it cost?"}
    key = uuid.uuid4().hex
    first = await desk.post(path, mail, **{"Idempotency-Key": key})
    assert first.status_code == 202, first.text
    assert (await desk.post(path, mail, **{"Idempotency-Key": key})).json() == first.json()
    answers = [desk.post(path, mail | {"subject": f"No {number}"}) for number in range(4)]
    assert {answer.status_code for answer in await asyncio.gather(*answers)} == {202}

    async def came() -> bool:
        return len((await desk.get("/search", q="from:ada@engine.example")).json()["items"]) == 5

    await eventually(came)
    message = (await desk.get(f"/messages/{first.json()['message_id']}")).json()
    assert (message["direction"], message["text"], message["sender"]["name"]) == ("inbound", mail["text"], "Ada")
    answered = await desk.post(path, mail | {"answers": message["id"], "subject": "", "text": "Any news?"})
    assert answered.json()["thread_id"] == message["thread_id"]

    async def waits() -> bool:
        thread = (await desk.get(f"/threads/{message['thread_id']}")).json()
        return bool(thread["messages"] == 2 and thread["owes"] == "us" and thread["participants"][0]["contact_id"])

    await eventually(waits)
    found = await desk.platform.gateway.get(f"{crm}/contacts?email=ada@engine.example", headers=own)
    [contact] = found.json()["items"]

    async def on_the_timeline() -> bool:
        timeline = f"{crm}/contacts/{contact['id']}/interactions"
        return len((await desk.platform.gateway.get(timeline, headers=own)).json()["items"]) == 6

    await eventually(on_the_timeline)
    assert (await desk.post(path.replace(mailbox["id"], "mbx_none"), mail)).status_code == 404
    assert (await desk.post(path, mail | {"answers": "gml_none"})).status_code == 404


async def test_the_owner_of_a_mailbox_says_what_others_see_of_it(desk: Desk) -> None:
    [mailbox] = (await desk.get("/status")).json()["mailboxes"]
    path = f"/api/xynergyos/v2/gmail/mailboxes/{mailbox['id']}"

    async def share(visibility: str, version: int) -> int:
        headers = {"X-API-Key": desk.key, "If-Match": f'"{version}"'}
        changed = await desk.platform.gateway.patch(path, headers=headers, json={"visibility": visibility})
        assert changed.status_code != 200 or changed.json()["visibility"] == visibility
        return changed.status_code

    assert await share("metadata", mailbox["version"]) == 200
    assert await share("everything", mailbox["version"]) == 412
    assert await share("nothing", mailbox["version"] + 1) == 422
    assert await desk.events("gmail_mailbox_shared") == [{"mailbox_id": mailbox["id"], "visibility": "metadata"}]
    mail = {"sender": "ada@engine.example", "subject": "Salary", "text": "is a secret"}
    assert (await desk.post(f"/mailboxes/{mailbox['id']}:deliver", mail)).status_code == 202

    async def told() -> bool:
        return bool(await desk.events("gmail_message_ingested"))

    await eventually(told)
    [event] = await desk.events("gmail_message_ingested")
    assert (event["sender"]["email"], event["subject"], event["text"]) == ("ada@engine.example", "", "")


async def test_the_owner_of_an_endpoint_that_was_switched_off_is_mailed_once(desk: Desk) -> None:
    await desk.get("/status")
    told = WebhookEndpointDisabled(endpoint_id="whe_1", reason="It answered 410 Gone.", notify="ops@agency.example")
    await tell(desk.tenant_id, "webhook-service", told)

    async def sent() -> bool:
        return bool(await desk.events("gmail_message_sent"))

    await eventually(sent)
    [mail] = (await desk.get("/search", q="to:ops@agency.example in:sent")).json()["items"]
    assert mail["subject"] == "Your webhook endpoint was switched off"
    assert "It answered 410 Gone." in mail["text"]
    assert "whe_1" in mail["text"]
