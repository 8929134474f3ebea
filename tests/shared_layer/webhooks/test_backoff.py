"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared_layer.webhooks.backoff import DELAYS_SECONDS, JITTER, next_attempt_at

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def wait(failed: int, status: int = 500, **headers: str) -> timedelta:
    again = next_attempt_at(failed, NOW, status, headers)
    assert again is not None
    return again - NOW


def test_attempts_are_five_seconds_to_a_day_apart_never_early_and_a_tenth_late_at_most() -> None:
    assert (DELAYS_SECONDS[0], DELAYS_SECONDS[-1]) == (5, 86_400)
    for number, seconds in enumerate(DELAYS_SECONDS, 1):
        waits = {wait(number) for _ in range(200)}
        least = timedelta(seconds=seconds)
        assert all(least <= each <= least * (1 + JITTER) for each in waits)
        assert len(waits) > 100, "two receivers that failed together must not be called together again"


def test_after_the_tenth_attempt_there_is_none() -> None:
    assert next_attempt_at(len(DELAYS_SECONDS) + 1, NOW, 500, {}) is None


@pytest.mark.parametrize(
    ("status", "text", "least"),
    [
        (429, "120", timedelta(seconds=120)),
        (503, "Sat, 28 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        (503, "Sat, 28 Nov 2026 11:00:00 GMT", timedelta(seconds=5)),
        (429, "1", timedelta(seconds=5)),
        (429, "999999999999999999999", DAY),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        (429, "soon", timedelta(seconds=5)),
        (429, "-5", timedelta(seconds=5)),
        (429, "٣٠٠", timedelta(seconds=5)),
        (500, "120", timedelta(seconds=5)),
    ],
)
def test_retry_after_is_honoured_up_to_a_day(status: int, text: str, least: timedelta) -> None:
    waited = wait(1, status, **{"retry-after": text})
    assert least <= waited <= least * (1 + JITTER)
