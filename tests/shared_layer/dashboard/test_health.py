"""The rule by which a service is up, degraded, down or idle."""

from __future__ import annotations

from collections import Counter

from shared_layer.dashboard.health import judge, worst
from shared_layer.storage.metrics import bucket_of
from shared_layer.storage.request_window import Counts


def minute(requests: int, failed: int = 0, milliseconds: float = 20.0) -> Counts:
    latencies = Counter({bucket_of(milliseconds): requests}) if requests else Counter[int]()
    return Counts(requests=requests, server_errors=failed, latencies=latencies)


def test_a_service_without_requests_is_idle() -> None:
    assert judge("s", [minute(0)] * 5)[0] == "idle"


def test_a_service_that_answers_is_up_whatever_its_callers_do_wrong() -> None:
    assert judge("s", [Counts(requests=10, client_errors=10, latencies=Counter({40: 10}))])[0] == "up"


def test_one_failure_in_a_hundred_is_degraded_and_one_in_a_thousand_is_not() -> None:
    assert judge("s", [minute(100, 1)])[0] == "degraded"
    assert judge("s", [minute(1000, 1)])[0] == "up"


def test_half_failed_is_down_but_not_by_a_single_failure() -> None:
    assert judge("s", [minute(6, 3)]) == ("down", "3 of 6 requests failed in the last 2 minutes.")
    assert judge("s", [minute(1, 1)])[0] == "degraded"


def test_a_slow_service_is_degraded_unless_it_waits_for_models() -> None:
    assert judge("tenant-management", [minute(10, 0, 3000)])[0] == "degraded"
    assert judge("marketing-engine", [minute(10, 0, 3000)])[0] == "up"


def test_a_recovery_shows_after_two_minutes() -> None:
    assert judge("s", [minute(50, 50), minute(50, 50), minute(20), minute(20)])[0] == "up"


def test_without_recent_requests_the_older_ones_count() -> None:
    assert judge("s", [minute(50, 50), minute(0), minute(0), minute(0)])[0] == "down"


def test_the_worst_service_is_the_platforms_status() -> None:
    assert worst(["up", "idle", "degraded"]) == "degraded"
    assert worst(["idle", "up"]) == "up"
