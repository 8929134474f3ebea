"""Tokens, visitors and the pace of a campaign, as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared_layer.marketing.mail.pacing import next_room_at, room
from shared_layer.marketing.mail.send import Send
from shared_layer.marketing.mail.setup import Pacing
from shared_layer.marketing.templates.links import exchanged, fault_of, with_utm
from shared_layer.marketing.tracking.tokens import Kind, TrackedMail, read_token, token_of
from shared_layer.marketing.tracking.visitors import is_machine, loads_ahead
from shared_layer.storage import sealing

MOMENT = datetime(2026, 3, 2, 12, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
MAIL = TrackedMail("t1", f"cmp_1-{'0' * 24}-1", "https://bakery.example/?q=1&r=ü")


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "key"
    file.write_text(sealing.new_key())
    monkeypatch.setenv("XYNERGY_SEAL_KEY_FILE", str(file))
    monkeypatch.setattr(sealing, "_keys", {})
    return file


def test_a_token_is_always_the_same_and_says_what_was_put_in() -> None:
    assert token_of("click", MAIL) == token_of("click", MAIL)
    assert read_token("click", token_of("click", MAIL)) == MAIL


@pytest.mark.parametrize("kind", ["open", "click", "unsubscribe"])
def test_a_token_is_good_for_one_thing_alone(kind: Kind) -> None:
    others = {"open", "click", "unsubscribe"} - {kind}
    assert [read_token(other, token_of(kind, MAIL)) for other in others] == [None, None]  # type: ignore[arg-type]


def test_no_changed_token_is_read() -> None:
    token = token_of("click", MAIL)
    other = token_of("click", TrackedMail("t2", MAIL.mail_id, "https://evil.example/"))
    mixed = f"{other.rpartition('.')[0]}.{token.rpartition('.')[2]}"
    assert [read_token("click", one) for one in (mixed, token[:-1] + "0" * (token[-1] != "0"), "x.y", "")] == [None] * 4


def test_tokens_of_a_former_key_are_still_read(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of("unsubscribe", MAIL)
    keys.write_text(f"{sealing.new_key()}\n{keys.read_text()}")
    monkeypatch.setattr(sealing, "_keys", {})
    assert read_token("unsubscribe", token) == MAIL
    assert token_of("unsubscribe", MAIL) != token


@pytest.mark.parametrize(
    ("headers", "seconds", "machine"),
    [
        ({"user-agent": BROWSER}, 60, False),
        ({"user-agent": BROWSER}, 0.2, True),
        ({"user-agent": BROWSER, "purpose": "prefetch"}, 60, True),
        ({"user-agent": BROWSER, "sec-purpose": "prefetch;prerender"}, 60, True),
        ({"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, 60, True),
        ({"user-agent": "Barracuda Sentinel"}, 60, True),
        ({"user-agent": "python-requests/2.31"}, 60, True),
        ({}, 60, True),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], seconds: float, machine: bool) -> None:
    assert is_machine(headers, MOMENT, MOMENT + timedelta(seconds=seconds)) is machine


def test_readers_that_load_every_picture_did_not_open() -> None:
    assert loads_ahead({"user-agent": "Mozilla/5.0"})
    assert not loads_ahead({"user-agent": BROWSER})


@pytest.mark.parametrize(
    "link",
    [
        "ftp://a.example/",
        "https://",
        "https://user:pw@a.example/",  # pragma: allowlist secret
        "https://a.example:99999/",
        "//a.example",
        "x",
        "https://nodot/",
    ],
)
def test_a_link_that_leads_nowhere_has_a_fault(link: str) -> None:
    assert fault_of(link)


def test_a_link_keeps_its_query_and_gets_what_it_has_not() -> None:
    assert fault_of("https://a.example/x?y=1") is None
    utm = {"utm_source": "email", "utm_campaign": "spring sale"}
    assert with_utm("https://a.example/x?utm_source=own&y=1#top", utm) == (
        "https://a.example/x?utm_source=own&y=1&utm_campaign=spring+sale#top"
    )


def test_every_web_link_is_exchanged_and_no_other() -> None:
    html = '<a class="b" href="https://a.example/?x=1&amp;y=2">a</a><a href="mailto:x@y.example">b</a>'
    assert exchanged(html, lambda link: f"https://t.example/{len(link)}") == (
        '<a class="b" href="https://t.example/26">a</a><a href="mailto:x@y.example">b</a>'
    )


def send(**fields: Any) -> Send:
    return Send(id="cmp_1", audience=100, created_at=MOMENT, updated_at=MOMENT, **fields)


def test_a_campaign_is_spread_over_its_hours_and_pauses_do_not_count() -> None:
    pacing = Pacing(over_hours=1)
    running = send(running_since=MOMENT)
    assert room(pacing, running, 0, MOMENT) == 1
    assert room(pacing, running, 10, MOMENT + timedelta(minutes=30)) == 41
    assert room(pacing, running, 51, MOMENT + timedelta(minutes=30)) == 0
    assert room(pacing, running, 0, MOMENT + timedelta(hours=2)) is None
    paused = send(ran_seconds=1800)
    assert room(pacing, paused, 50, MOMENT + timedelta(days=3)) == 1
    assert next_room_at(pacing, running, 50, MOMENT) == MOMENT + timedelta(minutes=30)
    assert room(Pacing(), running, 0, MOMENT) is None
