"""Slack's signature, by the vector of its own documentation and whatever is not quite that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared_layer.core import clock
from shared_layer.core.errors import Unauthenticated
from shared_layer.slack.signature import TOLERANCE, signed, verify

# https://docs.slack.dev/authentication/verifying-requests-from-slack
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # pragma: allowlist secret
TIMESTAMP = "1531420618"
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XYNERGY_SLACK_SIGNING_SECRET", f"a-newer-one,{SECRET}")
    former = clock.use(lambda: float(TIMESTAMP))
    yield
    clock.use(former)


def test_the_documented_example_is_exact() -> None:
    assert signed(SECRET, TIMESTAMP, BODY) == SIGNATURE
    verify(BODY, TIMESTAMP, SIGNATURE)


@pytest.mark.parametrize("seconds", [-TOLERANCE, TOLERANCE])
def test_five_minutes_early_or_late_are_allowed_and_no_second_more(seconds: int) -> None:
    clock.use(lambda: float(TIMESTAMP) + seconds)
    verify(BODY, TIMESTAMP, SIGNATURE)
    clock.use(lambda: float(TIMESTAMP) + seconds + (1 if seconds > 0 else -1))
    with pytest.raises(Unauthenticated):
        verify(BODY, TIMESTAMP, SIGNATURE)


@pytest.mark.parametrize(
    ("body", "timestamp", "signature"),
    [
        (BODY + b" ", TIMESTAMP, SIGNATURE),
        (BODY, "1531420619", SIGNATURE),
        (BODY, TIMESTAMP, SIGNATURE[:-1]),
        (BODY, TIMESTAMP, SIGNATURE.upper()),
        (BODY, TIMESTAMP, SIGNATURE.removeprefix("v0=")),
        (BODY, TIMESTAMP, "v1=" + SIGNATURE[3:]),
        (BODY, TIMESTAMP, "é" * 67),
        (BODY, TIMESTAMP, ""),
        (BODY, TIMESTAMP, None),
        (BODY, None, SIGNATURE),
        (BODY, "-1531420618", SIGNATURE),
        (BODY, "1531420618.0", SIGNATURE),
        (BODY, "١٥٣١٤٢٠٦١٨", SIGNATURE),
        (BODY, "9" * 400, SIGNATURE),
    ],
)
def test_anything_else_is_refused(body: bytes, timestamp: str | None, signature: str | None) -> None:
    with pytest.raises(Unauthenticated):
        verify(body, timestamp, signature)
