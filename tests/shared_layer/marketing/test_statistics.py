"""The statistics of a test: against known values, and how often it errs, by simulation."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime

import pytest

from shared_layer.marketing.mail.send import AbDecision, VariantCount
from shared_layer.marketing.results.statistics import decide, srm_p_value, two_proportions, wilson

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
CAMPAIGNS = 4000


def of(label: str, recipients: int, clicks: int) -> VariantCount:
    return VariantCount(label=label, recipients=recipients, clicks=clicks)


def drawn(chance: random.Random, recipients: int, rates: list[float]) -> AbDecision:
    """A test of so many people, each variant with its true rate (clicks by the normal limit of the binomial)."""
    counts = []
    for label, rate in zip("abcd", rates, strict=False):
        spread = math.sqrt(recipients * rate * (1 - rate))
        clicks = round(chance.gauss(recipients * rate, spread))
        counts.append(of(label, recipients, min(recipients, max(0, clicks))))
    return decide(counts, 100, MOMENT)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.2775), (15, 100, 0.0931, 0.2328), (50, 100, 0.4038, 0.5962), (10, 10, 0.7225, 1.0)],
)
def test_wilsons_interval_is_the_published_one(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert found == pytest.approx((low, high), abs=1e-4)


def test_no_trials_say_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_two_proportions_differ_as_the_textbook_says() -> None:
    assert two_proportions(of("a", 1000, 50), of("b", 1000, 72)) == pytest.approx(0.03983, abs=1e-4)
    assert two_proportions(of("a", 100, 0), of("b", 100, 0)) == 1.0


@pytest.mark.parametrize(
    ("recipients", "p"),
    [([500, 500], 1.0), ([450, 550], 0.0016), ([300, 350, 350], 0.0821), ([240, 250, 250, 260], 0.8495)],
)
def test_a_sample_ratio_mismatch_is_found_by_chi_square(recipients: list[int], p: float) -> None:
    assert srm_p_value(recipients) == pytest.approx(p, abs=1e-3)


def test_where_variants_were_not_given_out_evenly_nothing_is_concluded_and_the_first_goes_out() -> None:
    decision = decide([of("a", 400, 10), of("b", 600, 90)], 100, MOMENT)
    assert (decision.verdict, decision.variant, decision.proven) == ("sample_ratio_mismatch", "a", False)


def test_below_the_least_sample_nothing_is_proven_but_the_rest_gets_a_variant() -> None:
    for counts in (
        [of("a", 60, 1), of("b", 62, 9)],
        [of("a", 150, 0), of("b", 150, 2)],
        [of("a", 0, 0), of("b", 0, 0)],
    ):
        decision = decide(counts, 100, MOMENT)
        assert (decision.verdict, decision.proven) == ("too_few", False)
        assert decision.variant in ("a", "b")


def test_a_clear_difference_is_a_winner() -> None:
    decision = decide([of("a", 1000, 50), of("b", 1000, 100)], 100, MOMENT)
    assert (decision.verdict, decision.variant, decision.proven) == ("winner", "b", True)


@pytest.mark.parametrize("variants", [2, 4])
def test_variants_that_do_not_differ_have_a_winner_in_one_of_twenty_campaigns_at_most(variants: int) -> None:
    chance = random.Random(20260302 + variants)
    wrong = sum(drawn(chance, 1000, [0.03] * variants).proven for _ in range(CAMPAIGNS)) / CAMPAIGNS
    noise = 3 * math.sqrt(0.05 * 0.95 / CAMPAIGNS)
    assert 0.001 <= wrong <= 0.05 + noise


def test_a_difference_that_matters_is_found_in_four_of_five_campaigns() -> None:
    """3 % against 4.5 %, 2,500 people each: the textbook's power is 0.80 (z test, two-sided 5 %)."""
    chance = random.Random(7)
    decisions = [drawn(chance, 2500, [0.03, 0.045]) for _ in range(CAMPAIGNS)]
    found = sum(one.proven and one.variant == "b" for one in decisions) / CAMPAIGNS
    assert 0.77 <= found <= 0.83
    assert sum(one.proven and one.variant == "a" for one in decisions) == 0


def test_a_test_that_is_given_out_at_random_is_hardly_ever_a_mismatch() -> None:
    chance = random.Random(5)
    wrong = 0
    for _ in range(CAMPAIGNS):
        first = sum(chance.getrandbits(1) for _ in range(400))
        wrong += srm_p_value([first, 400 - first]) < 0.001
    assert wrong <= 14
