"""Thresholds that hold what they promise."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_layer.ai.router.calibration import ALWAYS_STRONG, FEWEST, Scored, Threshold, calibrate
from shared_layer.ai.router.policy import KeepQuality, RoutingPolicy, SpendAtMost
from tests.shared_layer.ai.router.outcomes import drawn

WORLD = drawn(Random(99), 40_000)


def routed_quality(threshold: Threshold) -> float:
    kept = [s.outcome.weak if threshold.weak(s.probability) else s.outcome.strong for s in WORLD]
    return sum(kept) / sum(s.outcome.strong for s in WORLD)


def routed_cost(threshold: Threshold) -> float:
    paid = [s.outcome.weak_cost if threshold.weak(s.probability) else s.outcome.strong_cost for s in WORLD]
    return sum(paid) / len(paid)


def test_95_percent_are_kept_in_95_of_100_calibrations_and_much_is_still_saved():
    random = Random(4)
    found = [calibrate(drawn(random, 600), KeepQuality(0.95)) for _ in range(100)]
    assert sum(routed_quality(threshold) < 0.95 for threshold in found) <= 10  # 5 expected at most; 10 is 2.3 sigma
    assert sum(threshold.weak_share for threshold in found) / len(found) > 0.2


def test_a_spend_is_kept_in_95_of_100_calibrations():
    random = Random(5)
    found = [calibrate(drawn(random, 600), SpendAtMost(400)) for _ in range(100)]
    assert sum(routed_cost(threshold) > 400 for threshold in found) <= 10
    assert sum(1 - threshold.weak_share for threshold in found) / len(found) > 0.2


@given(st.integers(0, 2**32), st.integers(0, 300))
@settings(max_examples=30, deadline=None)
def test_a_spend_of_nothing_never_uses_the_strong_model(seed: int, count: int):
    random = Random(seed)
    threshold = calibrate(drawn(random, count), SpendAtMost(0))
    assert all(threshold.weak(random.random()) for _ in range(20))
    assert threshold.weak(0.0)


@given(st.integers(0, FEWEST - 1))
@settings(max_examples=10, deadline=None)
def test_few_outcomes_prove_nothing(count: int):
    assert calibrate(drawn(Random(count), count), KeepQuality()).value == ALWAYS_STRONG


def test_more_quality_asked_never_gives_the_weak_model_more():
    outcomes = drawn(Random(6), 1000)
    shares = [calibrate(outcomes, KeepQuality(share)).weak_share for share in (0.5, 0.8, 0.9, 0.95, 0.99, 1.0)]
    assert shares == sorted(shares, reverse=True)


def test_a_probability_shared_by_all_is_all_or_nothing():
    outcomes = [Scored(0.7, s.outcome) for s in drawn(Random(7), 500)]
    assert calibrate(outcomes, KeepQuality(0.95)).weak_share in (0.0, 1.0)


@pytest.mark.parametrize(
    "wrong", [lambda: KeepQuality(1.1), lambda: SpendAtMost(-1), lambda: RoutingPolicy(confidence=1.0)]
)
def test_a_target_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"between|negative"):
        wrong()
