"""What comes in from outside: each sent as its sender does, more than once, as senders do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from infra.demo import senders
from infra.demo.api import told
from infra.demo.scenes.week.desk import CRM, GMAIL, SLACK, Desk
from infra.demo.stage import new_key
from infra.demo.week import Happening

Play = Callable[[Desk, Happening], None]
APPEARS_WITHIN: Final = 20.0


def form(desk: Desk, happening: Happening) -> None:
    """The website's form, which is sent again because the first answer came late."""
    fields = {**happening.details, "submission_id": f"form-{desk.team_id}-{happening.time}"}
    signed = senders.form(desk.secrets["form"], {**fields, "submitted_at": happening.at.isoformat()})
    _twice(desk, happening, "form", f"A form: {happening.details['name']}, “{happening.details['form']}”", signed)
    waited = desk.api.until(lambda: desk.contact() is not None, APPEARS_WITHIN)
    words = f"{(desk.contact() or {}).get('id')} after {waited:.1f} s" if waited is not None else "no contact"
    desk.story.step("  … somebody new is in the CRM", words, waited is not None)


def payment(desk: Desk, happening: Happening) -> None:
    """Stripe tells of one payment by its charge, and again by its intent."""
    money = happening.details
    signed = senders.stripe(desk.secrets["stripe"], "charge.succeeded", happening.at, _charge(money, 0))
    _twice(desk, happening, "stripe", f"Stripe: {_sum(money)} from {money['card']}", signed)
    intent = {"id": money["intent"], "amount_received": money["amount_minor"], "currency": money["currency"]}
    signed = senders.stripe(desk.secrets["stripe"], "payment_intent.succeeded", happening.at, intent)
    answer = senders.send(desk.urls["stripe"], signed)
    desk.story.step("  … and the same payment by its intent", told(answer), answer.is_success)


def refund(desk: Desk, happening: Happening) -> None:
    """Stripe tells that the money went back."""
    money = happening.details
    charge = _charge(money, money["amount_minor"])
    before = {"amount_refunded": 0}
    signed = senders.stripe(desk.secrets["stripe"], "charge.refunded", happening.at, charge, previous_attributes=before)
    _twice(desk, happening, "stripe", f"Stripe: {_sum(money)} back to {money['card']}", signed)


def slack(desk: Desk, happening: Happening) -> None:
    """Slack tells of a message, and again under another event id."""
    text, ts = happening.details["text"], f"{happening.at.timestamp():.6f}"
    desk.said[happening.details["said"]] = ts
    event = {"type": "message", "channel": desk.channel_id, "user": desk.user_id, "text": text, "ts": ts}
    _slack(desk, happening, f"Slack, #{desk.week.person.channel}: “{text}”", {**event, "event_ts": ts})


def edit(desk: Desk, happening: Happening) -> None:
    """Slack tells that a message was changed."""
    text, moment = happening.details["text"], f"{happening.at.timestamp():.6f}"
    ts = desk.said.get(happening.details["of"], "")
    message = {"type": "message", "user": desk.user_id, "text": text, "ts": ts}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": desk.channel_id,
        "message": {**message, "edited": {"user": desk.user_id, "ts": moment}},
        "ts": moment,
        "event_ts": moment,
    }
    _slack(desk, happening, f"Slack: he changes it to “{text}”", event)


def mail(desk: Desk, happening: Happening) -> None:
    """Somebody reads what the person wrote, and writes to him: a new mail, or an answer in its thread."""
    if not desk.has_mail:
        desk.story.skipped(f"{happening.day} {happening.time}  A mail", "this platform has no Gmail")
        return
    written = happening.details
    found = desk.api.call("GET", f"{GMAIL}/search?{httpx.QueryParams(q=written['reads'])}").json()["items"]
    body = {"text": written["text"]}
    if written.get("answers"):
        body["reply_to_message_id"] = found[0]["id"] if found else "none"
    else:
        body |= {"to": [written["to"]], "subject": written["subject"]}
    made = desk.api.call("POST", f"{GMAIL}/send", body, idempotency_key=new_key())
    path = f"{GMAIL}/sends/{made.json().get('id')}"
    waited = desk.api.until(lambda: desk.api.call("GET", path).json().get("state") == "sent", APPEARS_WITHIN)
    sent = f"sent after {waited:.1f} s" if waited is not None else "not sent"
    what = f"{'An answer' if written.get('answers') else 'A mail'} goes to {desk.week.person.name}"
    _told(
        desk,
        happening,
        what,
        f"{len(found)} mails of his read; {told(made)}, {sent}",
        bool(found and waited is not None),
    )


def arrival(desk: Desk, happening: Happening) -> None:
    """Somebody outside writes to the made-up mailbox, perhaps in answer to a mail; it waits for us, and he is known."""
    what = f"A mail comes from {happening.details['sender_name']}"
    if not desk.made_up_mailbox:
        desk.story.skipped(f"{happening.day} {happening.time}  {what}", "mail comes to this mailbox through Google")
        return
    body = {**happening.details, "answers": _newest(desk, happening.details.get("answers"))}
    path = f"{GMAIL}/mailboxes/{desk.made_up_mailbox}:deliver"
    came = desk.api.call("POST", path, body, idempotency_key=new_key())
    thread: dict[str, Any] = {}

    def read() -> bool:
        found = desk.api.call("GET", f"{GMAIL}/threads/{came.json().get('thread_id')}")
        thread.update(found.json() if found.is_success else {})
        read = {one["id"]: one["sender"]["contact_id"] for one in thread.get("items", ())}
        return thread.get("owes") == "us" and read.get(came.json()["message_id"]) is not None

    waited = desk.api.until(read, APPEARS_WITHIN)
    sums = f"{thread.get('messages')} in “{thread.get('subject')}”, we owe the answer, the sender is a contact"
    _told(desk, happening, what, sums if waited is not None else told(came), waited is not None)


def _newest(desk: Desk, subject: str | None) -> str | None:
    """The id of the newest mail with that subject."""
    if subject is None:
        return None
    query = httpx.QueryParams(q=f'subject:"{subject}"', limit=200)
    found = desk.api.call("GET", f"{GMAIL}/search?{query}").json()["items"]
    return max(found, key=lambda one: one["sent_at"])["id"] if found else "none"


def call(desk: Desk, happening: Happening) -> None:
    """Somebody writes down a call."""
    contact = desk.contact() or {}
    body = {"kind": "call", "direction": "outbound", "occurred_at": happening.at.isoformat(), **happening.details}
    path = f"{CRM}/contacts/{contact.get('id')}/interactions"
    made = desk.api.call("POST", path, body, idempotency_key=new_key())
    _told(desk, happening, f"A call is written down: {happening.details['subject']}", told(made), made.is_success)


def deal(desk: Desk, happening: Happening) -> None:
    """A deal is opened for the person."""
    body = {**happening.details, "contact_id": (desk.contact() or {}).get("id")}
    made = desk.api.call("POST", f"{CRM}/deals", body, idempotency_key=new_key())
    desk.deal = made.json() if made.is_success else {}
    words = f"{told(made)} {desk.deal.get('id', '')}"
    _told(desk, happening, f"A deal is opened: {body['title']}", words, made.status_code == 201)


def move(desk: Desk, happening: Happening) -> None:
    """The deal goes to another stage."""
    version = f'"{desk.deal.get("version", 0)}"'
    moved = desk.api.call("PATCH", f"{CRM}/deals/{desk.deal.get('id')}", happening.details, if_match=version)
    desk.deal = moved.json() if moved.is_success else desk.deal
    _told(desk, happening, f"The deal goes to {happening.details['stage']}", told(moved), moved.is_success)


def _twice(desk: Desk, happening: Happening, provider: str, what: str, signed: senders.Signed) -> None:
    """The same call twice: the second one is known already."""
    first, again = (senders.send(desk.urls[provider], signed) for _ in range(2))
    good = first.is_success and again.is_success and again.json().get("duplicate") is True
    known = "known already" if good and again.json()["duplicate"] else "not known"
    _told(desk, happening, what, f"{told(first)}, sent again: {told(again)} {known}", good)


def _slack(desk: Desk, happening: Happening, what: str, event: dict[str, Any]) -> None:
    if not desk.slack_secret:
        desk.story.skipped(f"{happening.day} {happening.time}  {what}", "what Slack signs with is not known here")
        return
    url = f"{desk.api.gateway}{SLACK}/events"
    answers = [senders.send(url, senders.slack(desk.slack_secret, desk.team_id, event)) for _ in range(2)]
    words = f"{told(answers[0])}, and again under another event id: {told(answers[1])}"
    _told(desk, happening, what, words, all(answer.is_success for answer in answers))


def _charge(money: dict[str, Any], refunded: int) -> dict[str, Any]:
    return {
        "id": money["charge"],
        "object": "charge",
        "amount": money["amount_minor"],
        "amount_refunded": refunded,
        "currency": money["currency"],
        "payment_intent": money["intent"],
        "billing_details": {"email": money["email"], "name": money["card"]},
    }


def _sum(money: dict[str, Any]) -> str:
    return f"{money['amount_minor'] / 100:,.2f} {money['currency'].upper()}"


def _told(desk: Desk, happening: Happening, what: str, came_back: str, good: bool) -> None:
    desk.story.step(f"{happening.day} {happening.time}  {what}", came_back, good)


PLAYS: Final[Mapping[str, Play]] = {
    "form": form,
    "payment": payment,
    "refund": refund,
    "slack": slack,
    "edit": edit,
    "mail": mail,
    "arrival": arrival,
    "call": call,
    "deal": deal,
    "move": move,
}
