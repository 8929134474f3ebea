"""Requests and failures over windows from minutes to days: the near past by minutes, the far one by bins of five."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared_layer.storage.metrics import BIN_MINUTES, bins_key, minute_key
from shared_layer.storage.redis import redis

BY_MINUTES: Final = 5
"""The shortest window is read minute by minute; what is longer, by bins, is off by at most five minutes."""

DAY_MINUTES: Final = 1440
Failures = tuple[int, int]
"""(requests, failures)"""


async def read_windows(services: Sequence[str], last: int, windows: Sequence[int]) -> dict[str, dict[int, Failures]]:
    """For each service (requests, failures) over each of `windows`, in minutes up to and with the current, `last`.

    `last` counts minutes since the epoch. Raises RedisUnavailable.
    """
    days = range((last - max(windows)) // DAY_MINUTES, last // DAY_MINUTES + 1)
    minutes = range(last - BY_MINUTES, last + 1)
    commands = [("HMGET", minute_key(service, minute), "n", "5xx") for service in services for minute in minutes]
    commands += [("HGETALL", bins_key(service, day)) for service in services for day in days]  # type: ignore[misc]
    answers = iter(await redis().pipeline(*commands))
    near = {service: {minute: _pair(next(answers)) for minute in minutes} for service in services}
    far = {service: _bins([next(answers) for _ in days]) for service in services}
    return {
        service: {
            window: _sum(near[service], last - window, last)
            if window <= BY_MINUTES
            else _sum(far[service], (last - window) // BIN_MINUTES, last // BIN_MINUTES)
            for window in windows
        }
        for service in services
    }


def _pair(values: list[bytes | None]) -> Failures:
    return int(values[0] or 0), int(values[1] or 0)


def _bins(hashes: list[list[bytes]]) -> dict[int, Failures]:
    requests: dict[int, int] = {}
    failures: dict[int, int] = {}
    for flat in hashes:
        for name, amount in zip(flat[::2], flat[1::2], strict=True):
            number, _, bad = name.partition(b":")
            (failures if bad else requests)[int(number)] = int(amount)
    return {number: (count, failures.get(number, 0)) for number, count in requests.items()}


def _sum(counted: dict[int, Failures], first: int, last: int) -> Failures:
    chosen = [pair for number, pair in counted.items() if first <= number <= last]
    return sum(requests for requests, _ in chosen), sum(failures for _, failures in chosen)
