"""One person, one timeline: whatever tells of people, however often and in whatever order, makes no duplicate."""

from __future__ import annotations

import asyncio
import random
import re
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict
from shared_layer.crm import hearing, merging, messages, pipeline
from shared_layer.crm.deal import DealDraft
from shared_layer.crm.merge_record import MergeRequest
from shared_layer.messaging import inbox
from shared_layer.messaging.events.gmail import GmailMessageIngested, MailAddress
from shared_layer.messaging.events.slack import SlackMessageChanged, SlackMessageReceived
from shared_layer.messaging.events.webhooks import LeadCaptured, PaymentReceived
from shared_layer.messaging.registry import EventPayload
from shared_layer.messaging.unit import Unit
from tests.support.platform import LocalPlatform
from tests.support.staging import context, documents

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMITS = ("contact_created", "contact_updated", "contacts_merged", "interaction_recorded")
HEARERS: dict[type, Callable[[Any, Unit], Awaitable[None]]] = {
    SlackMessageReceived: messages.hear_message,
    SlackMessageChanged: messages.hear_change,
    GmailMessageIngested: hearing.hear_mail,
    LeadCaptured: hearing.hear_lead,
    PaymentReceived: hearing.hear_payment,
}


def slack(person: int, number: int, known: bool) -> SlackMessageReceived:
    return SlackMessageReceived(
        team_id="T1", channel_id="C1", channel_name="general", ts=f"{person}.{number}", user_id=f"U{person}",
        user_name=f"Person {person}", user_email=f"p{person}@acme{person}.example" if known else None,
        text="hello", sent_at=NOON + timedelta(minutes=number),
    )  # fmt: skip


def edit(person: int, number: int, text: str, after: int) -> SlackMessageChanged:
    return SlackMessageChanged(
        team_id="T1", channel_id="C1", ts=f"{person}.{number}", change="edited" if text else "deleted", text=text,
        changed_at=NOON + timedelta(minutes=number, seconds=after),
    )  # fmt: skip


def mail(person: int, number: int) -> GmailMessageIngested:
    return GmailMessageIngested(
        message_id=f"m{person}-{number}", thread_id="t", mailbox="me@us.example", direction="outbound",
        sender=MailAddress(email="me@us.example"),
        recipients=[
            MailAddress(email=f"P{person}+tag@Acme{person}.example"),
            MailAddress(email=f"p{person}@acme{person}.example", name=f"Person {person}"),
            MailAddress(email="colleague@us.example"),
        ],
        subject="Hi", text="private", sent_at=NOON + timedelta(minutes=number),
    )  # fmt: skip


def lead(person: int, number: int, email: bool, phone: bool) -> LeadCaptured:
    return LeadCaptured(
        lead_id=f"l{person}-{number}", form="demo", email=f"p{person}@acme{person}.example" if email else None,
        phone=f"+1202555{1000 + person}" if phone or not email else None, fields={},
        captured_at=NOON + timedelta(minutes=number),
    )  # fmt: skip


def payment(person: int, number: int) -> PaymentReceived:
    return PaymentReceived(
        provider="stripe", payment_id=f"p{person}-{number}", amount_minor=100, currency="USD",
        customer_email=f"p{person}@acme{person}.example", paid_at=NOON + timedelta(minutes=number),
    )  # fmt: skip


def happenings(person: int) -> st.SearchStrategy[EventPayload]:
    number = st.integers(0, 3)
    return st.one_of(
        st.builds(slack, st.just(person), number, st.booleans()),
        st.builds(mail, st.just(person), number),
        st.builds(lead, st.just(person), number, st.booleans(), st.booleans()),
        st.builds(payment, st.just(person), number),
    )


def key_of(event: EventPayload) -> tuple[Any, ...]:
    told = event.model_dump()
    return (type(event), told.get("ts"), told.get("message_id"), told.get("lead_id"), told.get("payment_id"))


async def hear(tenant_id: str, event: EventPayload) -> None:
    """One delivery, as the platform makes it: again where another one got there first."""
    event_id = uuid.uuid4().hex
    for _ in range(40):
        unit = Unit(context("crm-engine", tenant_id), tenant_id, EMITS)
        try:
            await HEARERS[type(event)](event, unit)
            inbox.take(unit, "test", event_id)
            await unit.commit()
        except Conflict:
            await asyncio.sleep(0)
        else:
            return
    raise AssertionError("it never went through")


def names_of(event: EventPayload) -> set[str]:
    """What a delivered event names its person by, by itself."""
    told = event.model_dump()
    if isinstance(event, GmailMessageIngested):
        return {event.recipients[1].email}
    slack_user = {told["user_id"]} if "user_id" in told else set()
    rest = {told.get(name) for name in ("user_email", "email", "phone", "customer_email")}
    return {name for name in slack_user | rest if name}


def people_in(events: list[EventPayload]) -> int:
    """How many people events tell of: those that share a name are one."""
    groups: list[set[str]] = []
    for event in events:
        mine = names_of(event)
        touching = [group for group in groups if group & mine]
        groups = [group for group in groups if not group & mine] + [mine.union(*touching)]
    return len(groups)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    events=st.lists(st.integers(1, 2).flatmap(happenings), min_size=1, max_size=10, unique_by=key_of),
    at_once=st.integers(1, 4),
    order=st.randoms(use_true_random=False),
)
async def test_no_order_and_no_repetition_makes_a_duplicate(
    platform: LocalPlatform, events: list[EventPayload], at_once: int, order: random.Random
) -> None:
    tenant_id = f"t{uuid.uuid4().hex[:15]}"
    deliveries = events + events[: len(events) // 2]
    order.shuffle(deliveries)
    for start in range(0, len(deliveries), at_once):
        await asyncio.gather(*[hear(tenant_id, event) for event in deliveries[start : start + at_once]])
    contacts = await documents(tenant_id, "crm_contacts")
    active = {one["id"] for one in contacts if one["status"] == "active"}
    assert len(active) == people_in(events)
    shown = [one for one in await documents(tenant_id, "crm_interactions") if one["state"] == "shown"]
    assert len(shown) == len({key_of(event) for event in events})
    assert {one["contact_id"] for one in shown} == active
    assert {one["contact_id"] for one in await documents(tenant_id, "crm_identities")} == active
    counted = {one["id"]: one["interactions"] for one in contacts if one["status"] == "active"}
    assert counted == {one: sum(each["contact_id"] == one for each in shown) for one in active}


def again(event: EventPayload) -> EventPayload:
    """Something new of the same person by the same names."""
    told = event.model_dump()
    place = next(name for name in ("ts", "message_id", "lead_id", "payment_id") if name in told)
    return event.model_copy(update={place: f"{told[place]}9"})


async def act(tenant_id: str, command: Callable[[Caller, Unit], Awaitable[Any]]) -> Any:
    """A command, as somebody at the desk gives it."""
    made = context("crm-engine", tenant_id)
    unit = Unit(made, tenant_id, ("contacts_merged", "contacts_unmerged", "deal_created", "interaction_recorded"))
    answer = await command(Caller(tenant_id, "key_test", frozenset(), "unlimited", False, made), unit)
    await unit.commit()
    return answer


async def owners_of(tenant_id: str, events: list[EventPayload]) -> dict[str, set[int]]:
    """Whose interactions lie with each active contact: the persons that their references name."""
    persons = {key: int(re.sub(r"\D", " ", key).split()[0]) for key in map(reference_of, events)}
    found: dict[str, set[int]] = {}
    for one in await documents(tenant_id, "crm_interactions"):
        if one["state"] == "shown" and one["kind"] != "deal":
            found.setdefault(one["contact_id"], set()).add(persons[one["reference"].rpartition("/")[2]])
    return found


def reference_of(event: EventPayload) -> str:
    told = event.model_dump()
    return str(next(told[name] for name in ("ts", "message_id", "lead_id", "payment_id") if name in told))


def sure(person: int) -> st.SearchStrategy[EventPayload]:
    """Happenings that name a person by an address, whatever else they name."""
    number = st.integers(0, 3)
    return st.one_of(
        st.builds(slack, st.just(person), number, st.just(True)),
        st.builds(mail, st.just(person), number),
        st.builds(lead, st.just(person), number, st.just(True), st.booleans()),
        st.builds(payment, st.just(person), number),
    )


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    ours=st.lists(sure(1), min_size=1, max_size=4, unique_by=key_of),
    theirs=st.lists(sure(2), min_size=1, max_size=4, unique_by=key_of),
    order=st.randoms(use_true_random=False),
)
async def test_a_merge_and_its_undoing_in_between_make_no_duplicate_and_lose_nothing(
    platform: LocalPlatform, ours: list[EventPayload], theirs: list[EventPayload], order: random.Random
) -> None:
    """Two people with a deal each, merged, heard of again by old and new tellings, parted, heard of once more."""
    tenant_id = f"t{uuid.uuid4().hex[:15]}"

    async def all_heard(events: list[EventPayload]) -> None:
        told = events + events[: len(events) // 2]
        order.shuffle(told)
        for event in told:
            await hear(tenant_id, event)

    events = ours + theirs
    await all_heard(events)
    first, second = [one for one in await documents(tenant_id, "crm_contacts") if one["status"] == "active"]
    for one in (first, second):
        draft = DealDraft(title=f"For {one['id']}", contact_id=one["id"])
        await act(tenant_id, lambda caller, unit, draft=draft: pipeline.create_deal(draft, caller, unit))
    wanted = MergeRequest(contact_id=first["id"], merged_id=second["id"])
    merge = await act(tenant_id, lambda caller, unit: merging.merge_contacts(wanted, caller, unit))
    events += [again(event) for event in events]
    await all_heard(events)
    assert await owners_of(tenant_id, events) == {first["id"]: {1, 2}}
    await act(tenant_id, lambda caller, unit: merging.undo_merge(merge.id, caller, unit))
    await all_heard(events)
    parted = await owners_of(tenant_id, events)
    assert sorted(map(sorted, parted.values())) == [[1], [2]]
    shown = [one for one in await documents(tenant_id, "crm_interactions") if one["state"] == "shown"]
    assert len(shown) == len({key_of(event) for event in events}) + 2
    assert {one["title"]: one["contact_id"] for one in await documents(tenant_id, "crm_deals")} == {
        f"For {one['id']}": one["id"] for one in (first, second)
    }
    active = {one["id"] for one in await documents(tenant_id, "crm_contacts") if one["status"] == "active"}
    assert active == {first["id"], second["id"]}
    assert {one["contact_id"] for one in await documents(tenant_id, "crm_identities")} == active


@pytest.mark.parametrize("seed", range(4))
async def test_edits_and_deletions_come_to_the_same_text_in_any_order(platform: LocalPlatform, seed: int) -> None:
    tenant_id = f"t{uuid.uuid4().hex[:15]}"
    events: list[EventPayload] = [
        slack(1, 1, True), edit(1, 1, "later", 20), edit(1, 1, "sooner", 10), slack(1, 2, True), edit(1, 2, "", 5),
    ]  # fmt: skip
    random.Random(seed).shuffle(events)
    for event in events * 2:
        await hear(tenant_id, event)
    found = sorted(
        (one["reference"], one["state"], one["text"]) for one in await documents(tenant_id, "crm_interactions")
    )
    assert found == [("C1/1.1", "shown", "later"), ("C1/1.2", "deleted", "")]
    [contact] = await documents(tenant_id, "crm_contacts")
    assert contact["interactions"] == 1


async def test_of_a_private_mail_the_team_sees_the_subject_only_and_colleagues_are_no_contacts(
    platform: LocalPlatform,
) -> None:
    tenant_id = f"t{uuid.uuid4().hex[:15]}"
    await hear(tenant_id, mail(1, 1))
    [interaction] = await documents(tenant_id, "crm_interactions")
    assert (interaction["subject"], interaction["text"], interaction["direction"]) == ("Hi", "", "outbound")
    [contact] = await documents(tenant_id, "crm_contacts")
    assert contact["emails"] == ["p1@acme1.example"]


async def test_who_was_deleted_does_not_come_back_by_himself(platform: LocalPlatform) -> None:
    tenant_id = f"t{uuid.uuid4().hex[:15]}"
    await hear(tenant_id, payment(1, 1))
    [contact] = await documents(tenant_id, "crm_contacts")
    from shared_layer.crm.contact import contact_document

    await contact_document(tenant_id, contact["id"]).update({"status": "deleted"})
    await hear(tenant_id, payment(1, 2))
    [still] = await documents(tenant_id, "crm_contacts")
    assert (still["status"], still["interactions"]) == ("deleted", 2)


async def test_what_is_no_address_and_no_name_makes_no_contact_and_no_dead_letter(platform: LocalPlatform) -> None:
    tenant_id = f"t{uuid.uuid4().hex[:15]}"
    nobody = lead(1, 1, True, False).model_copy(update={"email": "not an address", "name": "  "})
    await hear(tenant_id, nobody)
    assert await documents(tenant_id, "crm_contacts") == []
    await hear(tenant_id, slack(1, 1, False).model_copy(update={"user_name": " ", "user_email": "x"}))
    [contact] = await documents(tenant_id, "crm_contacts")
    assert (contact["name"], contact["emails"], contact["slack_users"]) == (None, [], ["T1:U1"])
