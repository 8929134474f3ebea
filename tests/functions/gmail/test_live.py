"""A tenant whose mailbox is Gmail's: connected by OAuth, followed by its history, sending."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from shared_layer.core import clock
from shared_layer.gmail import tokens
from shared_layer.gmail.delivering import post_due
from shared_layer.gmail.mailbox import mailbox_document, mailboxes_of
from shared_layer.gmail.watching import renew_watches
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection
from tests.functions.gmail.conftest import Desk, push
from tests.support.eventually import eventually
from tests.support.gmail_double import GmailDouble
from tests.support.staging import context


async def state_of(desk: Desk, send: dict[str, Any]) -> str:
    return str((await desk.get(f"/sends/{send['id']}")).json()["state"])


async def holds(desk: Desk, *subjects: str) -> None:
    """Wait until the index holds these, newest first, and nothing else."""

    async def there() -> bool:
        return await desk.subjects() == list(subjects)

    await eventually(there, within=60)


async def test_connecting_reads_the_newest_mail_in_the_place_of_the_made_up_and_shows_no_token(
    desk: Desk, gmail: GmailDouble
) -> None:
    for number in range(5):
        gmail.receive("Bo <bo@x.example>", f"No {number}", "Hello", at=time.time() - 1000 + number)
    assert len(await desk.subjects()) == 14
    begun = (await desk.post("/connect", {"login_hint": gmail.email})).json()
    assert begun["mode"] == "live"
    back = gmail.consent(begun["authorization_url"])
    assert (await desk.browse(back)).status_code == 200
    await holds(desk, "No 4", "No 3", "No 2", "No 1", "No 0")
    [mailbox] = (await desk.get("/status")).json()["mailboxes"]
    assert (mailbox["email"], mailbox["status"], mailbox["problem"]) == (gmail.email, "connected", None)
    assert (mailbox["cursor"], mailbox["watch_expires_soon"]) == (gmail.history_id, False)
    kept = str([one.to_dict() async for one in tenant_collection(desk.tenant_id, "gmail_mailboxes").stream()])
    told = str([one.to_dict() async for one in tenant_collection(desk.tenant_id, "events").stream()])
    secrets = (gmail.refresh_token, back["code"], *gmail.access_tokens)
    assert not [one for one in secrets if one in kept + told]
    assert (await desk.browse(back)).status_code == 400, "once"


async def test_a_code_without_its_verifier_and_a_refusal_connect_nothing(desk: Desk, gmail: GmailDouble) -> None:
    begun = (await desk.post("/connect", {})).json()
    back = gmail.consent(begun["authorization_url"])
    gmail.codes[back["code"]] = "another-challenge"
    assert (await desk.browse(back)).status_code == 400
    refused = await desk.browse({"state": back["state"], "error": "access_denied"})
    assert (refused.status_code, "access_denied" in refused.json()["detail"]) == (400, True)
    assert (await desk.get("/status")).json()["status"] == "mock"


async def test_a_notice_brings_what_is_new_once_however_often_it_comes(connected: Desk, gmail: GmailDouble) -> None:
    for number in range(7):
        gmail.receive("Bo Ek <bo@x.example>", f"n{number}", f"Hello {number}", at=time.time() + number)
    await asyncio.gather(*[push(gmail.email, gmail.history_id - 7 + number % 8) for number in range(16)])
    await holds(connected, *[f"n{number}" for number in range(6, -1, -1)])
    told = await connected.events("gmail_message_ingested")
    assert sorted(one["subject"] for one in told) == [f"n{number}" for number in range(7)]
    assert {(one["direction"], one["sender"]["name"], one["automated"]) for one in told} == {
        ("inbound", "Bo Ek", False)
    }


async def test_a_history_that_is_gone_is_read_anew_within_bounds_and_nothing_twice(
    connected: Desk, gmail: GmailDouble
) -> None:
    gmail.receive("bo@x.example", "before", "x", at=time.time() - 50)
    await push(gmail.email, gmail.history_id)
    await holds(connected, "before")
    for number in range(70):
        gmail.receive("bo@x.example", f"gap {number}", "x", at=time.time() - 40 + number / 10)
    gmail.history, gmail.oldest = [], gmail.history_id
    await push(gmail.email, gmail.history_id)
    await holds(connected, *[f"gap {number}" for number in range(69, -1, -1)], "before")
    told = [one["subject"] for one in await connected.events("gmail_message_ingested")]
    assert len(told) == len(set(told)) == 71
    gmail.receive("bo@x.example", "after", "x", at=time.time() + 5)
    await push(gmail.email, gmail.history_id)
    await holds(connected, "after", *[f"gap {number}" for number in range(69, -1, -1)], "before")
    asked_anew = [path for method, path, _ in gmail.calls if path.endswith("/history")]
    assert len(asked_anew) < 12


async def test_what_was_deleted_meanwhile_and_what_is_no_mail_poison_nothing(
    connected: Desk, gmail: GmailDouble
) -> None:
    gone = gmail.receive("bo@x.example", "gone", "x")
    del gmail.messages[gone]
    gmail.receive("bo@x.example", "a draft", "x", labels=["DRAFT"])
    gmail.receive("bo@x.example", "spam", "x", labels=["SPAM"])
    gmail.receive('"=?utf-8?q?broken?= <<>', "=?utf-8?b?4pyT?= odd", "\0x", headers={"References": "<" * 500})
    await push(gmail.email, gmail.history_id)
    await push("somebody-else@x.example", 1)
    await holds(connected, "✓ odd")


async def test_gmail_failing_for_a_while_loses_nothing(connected: Desk, gmail: GmailDouble) -> None:
    gmail.fail_next("/history", 500, "backendError", times=2)
    gmail.fail_next("/history", 429, "rateLimitExceeded", Retry_After="1")
    gmail.receive("bo@x.example", "patience", "x")
    await push(gmail.email, gmail.history_id)

    async def there() -> bool:
        return await connected.subjects() == ["patience"]

    await eventually(there, within=60)


async def test_a_revoked_token_degrades_and_connecting_again_mends(connected: Desk, gmail: GmailDouble) -> None:
    gmail.revoked = True
    [mailbox] = await mailboxes_of(connected.tenant_id)
    tokens.forget(mailbox.id)
    gmail.receive("bo@x.example", "later", "x")
    await push(gmail.email, gmail.history_id)

    async def degraded() -> bool:
        return (await connected.get("/status")).json()["mailboxes"][0]["problem"] == "invalid_grant"

    await eventually(degraded)
    gmail.revoked = False
    begun = (await connected.post("/connect", {})).json()
    assert (await connected.browse(gmail.consent(begun["authorization_url"]))).status_code == 200
    await push(gmail.email, gmail.history_id)
    await holds(connected, "later")
    assert len((await connected.get("/status")).json()["mailboxes"]) == 1


async def test_watches_are_renewed_and_an_end_within_48_hours_is_told(connected: Desk, gmail: GmailDouble) -> None:
    emits = ("gmail_history_due", "gmail_watch_expiring")
    unit = Unit(context("gmail-intelligence-service", ""), "", emits)
    [mailbox] = await mailboxes_of(connected.tenant_id)
    former = clock.use(lambda: time.time() + 86_400)
    try:
        gmail.access_tokens.clear()
        tokens.forget(mailbox.id)
        await renew_watches(unit)
        assert await connected.events("gmail_watch_expiring") == []
        gmail.fail_next("/watch", 403, "forbidden")
        clock.use(lambda: time.time() + 6 * 86_400)
        tokens.forget(mailbox.id)
        await renew_watches(unit)
    finally:
        clock.use(former)
    [told] = await connected.events("gmail_watch_expiring")
    assert (told["mailbox"], told["reason"]) == (gmail.email, "forbidden")


async def test_an_answer_carries_the_headers_that_keep_a_thread_together(connected: Desk, gmail: GmailDouble) -> None:
    headers = {"References": "<one@x> <two@x>", "Reply-To": "office@x.example"}
    gmail_id = gmail.receive("Bo <bo@x.example>", "Grüße", "When?", thread="t1", headers=headers)
    await push(gmail.email, gmail.history_id)
    await holds(connected, "Grüße")
    [asked] = (await connected.get("/messages")).json()["items"]
    send = (await connected.post("/send", {"reply_to_message_id": asked["id"], "text": "Morgen früh."})).json()

    async def sent() -> bool:
        return await state_of(connected, send) == "sent"

    await eventually(sent)
    [mail] = gmail.sent
    assert (mail["To"], mail["In-Reply-To"]) == ("office@x.example", f"<{gmail_id}@mail.example>")
    assert mail["References"].split() == ["<one@x>", "<two@x>", f"<{gmail_id}@mail.example>"]
    assert mail["From"] == gmail.email
    assert mail.get_payload(decode=True) == "Morgen früh.\r\n".encode()
    await push(gmail.email, gmail.history_id)
    thread = (await connected.get(f"/threads/{asked['thread_id']}")).json()
    assert [one["text"] for one in thread["items"]] == ["When?", "Morgen früh."]
    assert (thread["messages"], thread["owes"]) == (2, "nobody")


async def test_a_mail_whose_answer_was_lost_is_sent_once(connected: Desk, gmail: GmailDouble) -> None:
    gmail.fail_next("/drafts/send", 503, "backendError")
    body = {"to": ["bo@x.example"], "subject": "Once", "text": "x", "cc": ["cc@x.example"]}
    send = (await connected.post("/send", body)).json()

    async def waits() -> bool:
        return await state_of(connected, send) == "waiting"

    await eventually(waits)
    [draft_id] = gmail.drafts
    gmail.answer("POST", "/gmail/v1/users/me/drafts/send", {"id": draft_id}, next(iter(gmail.access_tokens)))
    assert len(gmail.sent) == 1, "the first attempt went out after all"
    former = clock.use(lambda: time.time() + 60)
    try:
        assert await post_due(Unit(context("gmail-intelligence-service", ""), "", ("gmail_message_due",))) >= 1
    finally:
        clock.use(former)

    async def sent() -> bool:
        return await state_of(connected, send) == "sent"

    await eventually(sent)
    assert len(gmail.sent) == 1
    [told] = await connected.events("gmail_message_sent")
    assert told["message_id"].startswith("gml_")


async def test_a_draft_is_left_to_be_sent_by_its_owner(connected: Desk, gmail: GmailDouble) -> None:
    body = {"to": ["bo@x.example"], "subject": "Think", "text": "x", "mode": "draft"}
    send = (await connected.post("/send", body)).json()

    async def drafted() -> bool:
        return await state_of(connected, send) == "drafted"

    await eventually(drafted)
    assert (len(gmail.drafts), gmail.sent) == (1, [])


async def test_a_persons_mailbox_is_theirs_alone_unless_they_share_it(connected: Desk, gmail: GmailDouble) -> None:
    """The company's key sees neither mail nor threads of it, and the timeline is told neither subject nor text."""
    [mailbox] = await mailboxes_of(connected.tenant_id)
    private = {"owner": "user_ada", "visibility": "metadata"}
    await mailbox_document(connected.tenant_id, mailbox.id).update(private)
    gmail.receive("bo@x.example", "My salary", "is a secret")
    await push(gmail.email, gmail.history_id)

    async def told() -> bool:
        return bool(await connected.events("gmail_message_ingested"))

    await eventually(told)
    [event] = await connected.events("gmail_message_ingested")
    assert (event["sender"]["email"], event["subject"], event["text"]) == ("bo@x.example", "", "")
    assert (await connected.get("/status")).json()["mailboxes"] == []
    assert await connected.subjects() == []
    assert (await connected.get("/threads")).json()["items"] == []
    assert (await connected.get("/search", q="salary")).json()["items"] == []
    for path in (f"/messages/{event['message_id']}", f"/threads/{event['thread_id']}"):
        assert (await connected.get(path)).status_code == 404
    assert (await connected.delete(f"/mailboxes/{mailbox.id}")).status_code == 404
    send = {"to": ["a@b.example"], "subject": "x", "text": "x", "mailbox_id": mailbox.id}
    assert (await connected.post("/send", send)).status_code == 404


async def test_a_disconnected_mailbox_is_forgotten(connected: Desk, gmail: GmailDouble) -> None:
    gmail.receive("bo@x.example", "to be forgotten", "x")
    await push(gmail.email, gmail.history_id)
    await holds(connected, "to be forgotten")
    [mailbox] = (await connected.get("/status")).json()["mailboxes"]
    assert (await connected.delete(f"/mailboxes/{mailbox['id']}")).status_code == 204

    async def forgotten() -> bool:
        left = [one async for one in tenant_collection(connected.tenant_id, "gmail_messages").stream()]
        return not [one for one in left if one.get("mailbox_id") == mailbox["id"]]

    await eventually(forgotten)
    assert "to be forgotten" not in await connected.subjects()
