"""When a failed attempt is tried again."""

from __future__ import annotations

from infra.local.scheduler.wire import RetryConfig, seconds


def backoff(config: RetryConfig, retry: int) -> float:
    """Seconds before retry number `retry` (from 1): doubling, then linear, then level.

    min 10 s, max 300 s, 3 doublings give 10, 20, 40, 80, 160, 240, 300, 300 … (the API's own example, RetryConfig).
    """
    doublings = min(retry - 1, int(config.max_doublings))
    steps_after = max(1, retry - int(config.max_doublings))
    wait = seconds(config.min_backoff_duration) * float(2**doublings * steps_after)
    return min(wait, seconds(config.max_backoff_duration))


def next_attempt(config: RetryConfig, attempts: int, first_attempt: float, now: float) -> float | None:
    """The moment to try again after `attempts` failed ones, or None when the execution has failed for good.

    Where a count and a duration are given, retries go on until both are used up; with neither there are none.
    """
    limit = seconds(config.max_retry_duration)
    due = now + backoff(config, attempts)
    if attempts <= config.retry_count:
        return due
    if limit > 0 and due - first_attempt <= limit:
        return due
    return None
