"""Each provider by its documented HTTP API, on loopback: what is sent, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared_layer.core import clock
from shared_layer.marketing.mail.letter import Letter
from shared_layer.marketing.mail.provider import MailProvider, MailRefused
from shared_layer.marketing.mail.providers import POSTMARK, PROVIDERS, RESEND, SENDGRID, configured
from tests.support.mail_doubles import MailDouble, PostmarkDouble, ResendDouble, SendGridDouble, served

LETTER = Letter(
    key="cmp_1-0123-1",
    sender_email="news@bakery.example",
    sender_name="Bäckerei",
    to="ada@engine.example",
    subject="Bread",
    html="<p>Bread</p>",
    text="Bread",
    reply_to="hello@bakery.example",
    headers={"List-Unsubscribe": "<https://x.example/u/1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    tags={"xynergy_tenant": "t1", "xynergy_mail": "cmp_1-0123-1"},
)
KEYS = {"resend": "re_double", "sendgrid": "SG.double", "postmark": "double"}
DOUBLES: dict[str, type[MailDouble]] = {
    "resend": ResendDouble,
    "sendgrid": SendGridDouble,
    "postmark": PostmarkDouble,
}


@pytest.fixture(params=PROVIDERS, ids=lambda row: row.id)
def row(request: pytest.FixtureRequest) -> MailProvider:
    found: MailProvider = request.param
    return found


@pytest.fixture
def double(row: MailProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailDouble]:
    with served(DOUBLES[row.id]()) as running:
        monkeypatch.setenv(row.url_env, running.url)
        monkeypatch.setenv(row.key_env, KEYS[row.id])
        yield running


async def test_a_mail_arrives_whole_with_its_way_out_and_without_the_providers_own_tracking(
    row: MailProvider, double: MailDouble
) -> None:
    assert configured() == row
    assert await row.hand_over(LETTER)
    [[given]] = double.taken.values()
    said = str(given)
    for part in ("Bread", "<p>Bread</p>", "List-Unsubscribe=One-Click", "cmp_1-0123-1", "hello@bakery.example"):
        assert part in said
    assert "True" not in said


async def test_a_throttle_says_how_long_to_wait(row: MailProvider, double: MailDouble) -> None:
    double.next_answers = [(429, {"name": "rate_limit_exceeded"}, {"Retry-After": "7"})]
    with pytest.raises(MailRefused) as refused:
        await row.hand_over(LETTER)
    assert (refused.value.throttled, refused.value.retry_after) == (True, 7.0)


async def test_a_bad_address_is_refused_for_good(row: MailProvider, double: MailDouble) -> None:
    told: dict[str, Any] = {
        "resend": {"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field"},
        "sendgrid": {"errors": [{"message": "Does not contain a valid address.", "field": "personalizations.0.to"}]},
        "postmark": {"ErrorCode": 300, "Message": "Invalid 'To' address"},
    }
    double.next_answers = [(400 if row is SENDGRID else 422, told[row.id], {})]
    with pytest.raises(MailRefused) as refused:
        await row.hand_over(LETTER)
    assert not refused.value.passing
    assert (
        refused.value.code
        == {"resend": "validation_error", "sendgrid": "personalizations.0.to", "postmark": "300"}[row.id]
    )


async def test_a_broken_connection_leaves_in_doubt_whether_it_was_taken(row: MailProvider, double: MailDouble) -> None:
    double.break_off = 1
    with pytest.raises(MailRefused) as refused:
        await row.hand_over(LETTER)
    assert (refused.value.doubtful, refused.value.passing) == (True, True)


async def test_who_cannot_be_reached_took_nothing(row: MailProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(row.url_env, "http://127.0.0.1:9")
    with pytest.raises(MailRefused) as refused:
        await row.hand_over(LETTER)
    assert (refused.value.doubtful, refused.value.passing) == (False, True)


async def test_a_wrong_key_lets_everything_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(ResendDouble()) as double:
        monkeypatch.setenv("RESEND_BASE_URL", double.url)
        monkeypatch.setenv("RESEND_API_KEY", "re_wrong")
        with pytest.raises(MailRefused) as refused:
            await RESEND.hand_over(LETTER)
    assert (refused.value.throttled, refused.value.code) == (True, "missing_api_key")


async def test_resend_takes_a_mail_once_and_another_text_under_its_key_tells_that_it_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with served(ResendDouble()) as double:
        monkeypatch.setenv("RESEND_BASE_URL", double.url)
        monkeypatch.setenv("RESEND_API_KEY", "re_double")
        assert await RESEND.hand_over(LETTER) == await RESEND.hand_over(LETTER)
        with pytest.raises(MailRefused) as refused:
            await RESEND.hand_over(replace(LETTER, text="Other"))
    assert refused.value.taken
    assert len(double.taken["ada@engine.example"]) == 1


async def test_sendgrids_reset_is_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(SendGridDouble()) as double:
        monkeypatch.setenv("SENDGRID_BASE_URL", double.url)
        monkeypatch.setenv("SENDGRID_API_KEY", "SG.double")
        double.next_answers = [(429, {"errors": []}, {"X-RateLimit-Reset": str(int(clock.now()) + 60)})]
        with pytest.raises(MailRefused) as refused:
            await SENDGRID.hand_over(LETTER)
    assert 55 <= refused.value.retry_after <= 61


def test_without_a_key_there_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in PROVIDERS:
        monkeypatch.delenv(one.key_env, raising=False)
    assert configured() is None
    assert POSTMARK.url == "https://api.postmarkapp.com"
