"""Threads: the same in every order, and whose turn it is."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.gmail.message import Message
from shared_layer.gmail.thread import Thread, joined
from shared_layer.messaging.events.gmail import MailAddress

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def mail(number: int, outbound: bool, text: str, automated: bool = False) -> Message:
    us, them = MailAddress(email="us@x.example"), MailAddress(email="them@y.example", name="Them")
    return Message(
        id=f"gml_{number}",
        mailbox_id="mbx",
        gmail_id=str(number),
        thread_id="gth",
        gmail_thread_id="t",
        sender=us if outbound else them,
        to=[them if outbound else us],
        subject=f"Re: {number}" if number else "First",
        sent_at=START + timedelta(hours=number),
        direction="outbound" if outbound else "inbound",
        automated=automated,
        text=text,
    )


def thread_of(mails: list[Message]) -> Thread:
    thread: Thread | None = None
    for one in mails:
        thread = joined(thread, one)
    assert thread is not None
    return thread


def owed(*said: tuple[bool, str]) -> tuple[str, datetime | None]:
    thread = thread_of([mail(number, outbound, text) for number, (outbound, text) in enumerate(said)])
    return thread.owes, thread.waiting_since


TEXTS = st.sampled_from(["When?", "Here it is.", "Thanks!", "Could you call me"])


@given(st.lists(st.tuples(st.booleans(), TEXTS, st.booleans()), min_size=1, max_size=5))
def test_a_thread_is_the_same_in_every_order_and_when_a_mail_comes_twice(said: list[tuple[bool, str, bool]]) -> None:
    mails = [mail(number, *one) for number, one in enumerate(said)]
    whole = thread_of(mails)
    for order in itertools.islice(itertools.permutations(mails), 24):
        assert thread_of([*order, order[0]]) == whole
    assert (whole.subject, whole.messages) == ("First", len(mails))


def test_whose_turn_it_is() -> None:
    us, them = True, False
    assert owed((them, "Can you help?")) == ("us", START)
    assert owed((them, "Can you help?"), (them, "Did you see my mail?")) == ("us", START)
    assert owed((them, "Can you help?"), (us, "Yes. Does Monday work?")) == ("them", START + timedelta(hours=1))
    assert owed((them, "Can you help?"), (us, "It is done.")) == ("nobody", None)
    assert owed((us, "Our offer.")) == ("them", START)
    assert owed((us, "Our offer?"), (them, "Great, thanks!")) == ("nobody", None)
    assert owed((us, "Our offer?"), (them, "Accepted. Please send the invoice.")) == ("us", START + timedelta(hours=1))


def test_mail_that_no_person_wrote_gives_nobody_a_turn() -> None:
    away = mail(1, False, "I am out of office. Please write to info@y.example?", automated=True)
    thread = thread_of([mail(0, True, "Are you there?"), away])
    assert (thread.owes, thread.waiting_since) == ("them", START)
