"""The models, held against brute force: every coalition, every transition, by definition and in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_layer.attribution.daily import Path
from shared_layer.attribution.models.apportioning import apportioned
from shared_layer.attribution.models.crediting import MODELS, credited
from shared_layer.attribution.models.markov import removal_effects
from shared_layer.attribution.models.shapley import shapley_credit
from shared_layer.attribution.models.splitting import last_non_direct, position, time_decay
from shared_layer.attribution.models.windows import Journey, within
from shared_layer.attribution.rows import Step

CHANNELS = ("Direct", "Email", "Paid Search", "Organic Search", "Referral")


def steps(*channels: str, hours: int = 0) -> tuple[Step, ...]:
    return tuple(Step(channel, hours) for channel in channels)


@st.composite
def journeys(draw: st.DrawFn) -> list[Journey]:
    """Paths of up to six touches by five channels, alike ones together; some of who came so converted."""
    paths = draw(st.lists(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=6), min_size=1, max_size=12))
    made = []
    for path in paths:
        count = draw(st.integers(1, 9))
        converted = draw(st.integers(0, count))
        made.append(Journey(steps(*path), count, converted, converted * draw(st.integers(0, 10**9))))
    return made


def brute_force_shapley(found: Sequence[Journey]) -> dict[str, Fraction]:
    """The definition: the mean of what a channel adds over all orders of joining."""
    players = sorted({step.channel for journey in found for step in journey.steps})

    def value(coalition: frozenset[str]) -> int:
        return sum(journey.converted for journey in found if set(journey.channels) <= coalition)

    values = dict.fromkeys(players, Fraction(0))
    for player in players:
        others = [one for one in players if one != player]
        for size in range(len(others) + 1):
            weight = Fraction(factorial(size) * factorial(len(players) - size - 1), factorial(len(players)))
            for chosen in combinations(others, size):
                before = frozenset(chosen)
                values[player] += weight * (value(before | {player}) - value(before))
    return values


def brute_force_probability(found: Sequence[Journey], order: int, without: str | None) -> Fraction:
    """The chance of conversion by Gauss's elimination of the whole system, in fractions."""
    follows: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for journey in found:
        walk = [()] + [journey.channels[max(0, i + 1 - order) : i + 1] for i in range(len(journey.channels))]
        for at, then in pairwise(walk):
            follows.setdefault(at, {}).setdefault(then, 0)
            follows[at][then] += journey.times
        ends = follows.setdefault(walk[-1], {})
        for end, times in ((("yes",) * 9, journey.converted), (("no",) * 9, journey.times - journey.converted)):
            ends[end] = ends.get(end, 0) + times
    states = sorted(follows)
    size = len(states)
    matrix = [[Fraction(int(row == column)) for column in range(size)] + [Fraction(0)] for row in range(size)]
    for row, state in enumerate(states):
        total = sum(follows[state].values())
        if state and state[-1] == without:
            continue
        for then, times in follows[state].items():
            if then == ("yes",) * 9:
                matrix[row][size] += Fraction(times, total)
            elif then in follows:
                matrix[row][states.index(then)] -= Fraction(times, total)
    for column in range(size):
        pivot = next(row for row in range(column, size) if matrix[row][column])
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        lead = matrix[column][column]
        matrix[column] = [value / lead for value in matrix[column]]
        for row in range(size):
            if row != column and (factor := matrix[row][column]):
                pairs = zip(matrix[row], matrix[column], strict=True)
                matrix[row] = [value - factor * other for value, other in pairs]
    return matrix[states.index(())][size]


@given(journeys())
def test_shapley_is_the_mean_over_all_orders_of_joining(found: list[Journey]) -> None:
    conversions, _ = shapley_credit(found)
    for channel, value in brute_force_shapley(found).items():
        assert conversions.get(channel, 0.0) == pytest.approx(float(value), abs=1e-6)


@pytest.mark.parametrize("order", [1, 2, 3])
@settings(max_examples=40, deadline=None)
@given(found=journeys())
def test_markov_removal_effects_are_those_of_the_whole_system_in_fractions(order: int, found: list[Journey]) -> None:
    whole = brute_force_probability(found, order, None)
    for channel, effect in removal_effects(found, order).items():
        exact = 1 - brute_force_probability(found, order, channel) / whole if whole else Fraction(0)
        assert effect == pytest.approx(float(exact), abs=1e-9)


def test_the_textbooks_example_of_removal_effects_comes_out() -> None:
    """C1 > C2 > C3 converts, C1 does not, C2 > C3 does not: effects 0.5, 1, 1 (Altomare's often told example)."""
    found = [
        Journey(steps("C1", "C2", "C3"), 1, 1, 0),
        Journey(steps("C1"), 1, 0, 0),
        Journey(steps("C2", "C3"), 1, 0, 0),
    ]
    assert removal_effects(found) == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0})
    assert {name: credit.conversions for name, credit in credited(found, "markov").items()} == {
        "C1": 200_000, "C2": 400_000, "C3": 400_000,
    }  # fmt: skip


@given(journeys(), st.sampled_from(MODELS), st.integers(1, 3), st.integers(0, 5), st.integers(0, 10**12))
def test_rows_sum_to_the_totals_to_the_last_millionth(
    found: list[Journey], model: str, order: int, bare: int, micros: int
) -> None:
    everything = [*found, Journey((), bare, bare, micros if bare else 0)]
    credits = credited(everything, model, order=order)  # type: ignore[arg-type]
    assert sum(one.conversions for one in credits.values()) == sum(one.converted for one in everything) * 1_000_000
    assert sum(one.revenue for one in credits.values()) == sum(one.micros for one in everything)
    assert all(one.conversions >= 0 and one.revenue >= 0 for one in credits.values())


@given(
    st.integers(0, 10**15),
    st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1e6), min_size=1, max_size=30).filter(
        lambda shares: sum(shares.values()) > 0
    ),
)
def test_what_is_shared_out_sums_to_the_whole_and_nobody_is_a_unit_off(whole: int, shares: dict[str, float]) -> None:
    parts = apportioned(whole, shares)
    assert sum(parts.values()) == whole
    total = sum(shares.values())
    for name, part in parts.items():
        assert abs(part - whole * (shares[name] / total)) <= 1 + whole * 1e-15 * len(shares)


@given(journeys(), st.sampled_from(MODELS), st.integers(2, 7))
def test_more_of_the_same_changes_no_share(found: list[Journey], model: str, times: int) -> None:
    many = [Journey(one.steps, one.times * times, one.converted * times, one.micros * times) for one in found]
    once, often = credited(found, model), credited(many, model)  # type: ignore[arg-type]
    for channel, credit in once.items():
        assert often[channel].conversions == pytest.approx(credit.conversions * times, abs=times)


def test_time_decay_halves_with_each_half_life_by_the_clock() -> None:
    path = [Step("A", 24 * 14), Step("B", 24 * 7), Step("C", 0)]
    assert time_decay(path, 7) == pytest.approx([1 / 7, 2 / 7, 4 / 7])
    assert time_decay([Step("A", 6), Step("B", 0)], 1) == pytest.approx([0.4567, 0.5432], abs=1e-3)
    long_ago = [Step("A", 24 * 360), Step("B", 24 * 355)]
    assert sum(time_decay(long_ago, 1)) == pytest.approx(1)


def test_position_gives_forty_percent_to_the_ends() -> None:
    assert position(steps("A")) == [1.0]
    assert position(steps("A", "B")) == [0.5, 0.5]
    assert position(steps("A", "B", "C", "D")) == pytest.approx([0.4, 0.1, 0.1, 0.4])


def test_last_non_direct_passes_direct_over_unless_there_is_nothing_else() -> None:
    assert last_non_direct(steps("Email", "Referral", "Direct", "Direct")) == [0, 1, 0, 0]
    assert last_non_direct(steps("Direct", "Direct")) == [0, 1]


@given(st.lists(st.integers(0, 24 * 360), max_size=8), st.integers(1, 365))
def test_a_window_holds_exactly_what_is_younger_and_a_wider_one_holds_no_less(ages: list[int], days: int) -> None:
    path = Path("purchase", [Step("Email", age) for age in sorted(ages, reverse=True)], 2, {"USD": 6, "EUR": 1})
    [journey] = within([path], days, "USD")
    assert [step.hours for step in journey.steps] == [age for age in sorted(ages, reverse=True) if age < days * 24]
    assert (journey.converted, journey.micros) == (2, 6)
    if days < 365:
        [wider] = within([path], days + 1, "USD")
        assert wider.steps[-len(journey.steps) :] == journey.steps or not journey.steps
