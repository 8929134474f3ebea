"""A tenant's own router is published only where it is better."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from shared_layer.ai.router.gap import apgr, cpt, recovered, saving
from shared_layer.ai.router.learning import learn
from shared_layer.ai.router.model import packaged, unpacked
from shared_layer.ai.router.refitting import refit
from tests.shared_layer.ai.router.outcomes import worded


def test_outcomes_that_contradict_the_base_are_learned_and_published():
    mistaken = learn([replace(outcome, weak=1.0 - outcome.weak) for outcome in worded(Random(0), 40)])
    found = refit(mistaken, worded(Random(1), 450))
    assert found.published
    assert found.gained_at_least > 0
    assert found.router.digest != mistaken.digest


def test_labels_without_sense_publish_nothing():
    random = Random(2)
    shuffled = worded(random, 450)
    weak = [outcome.weak for outcome in shuffled]
    random.shuffle(weak)
    noise = [replace(outcome, weak=value) for outcome, value in zip(shuffled, weak, strict=True)]
    assert refit(packaged(), noise).router is packaged()


def test_few_outcomes_leave_the_base():
    assert refit(packaged(), worded(Random(3), 100)).router is packaged()


def test_the_same_outcomes_in_any_order_give_the_same_verdict():
    outcomes = worded(Random(4), 420)
    assert refit(packaged(), outcomes).published == refit(packaged(), outcomes[::-1]).published


def test_a_router_survives_its_file_to_the_last_bit():
    assert unpacked(packaged().packed()) == packaged()


def test_the_measures_agree_with_a_curve_worked_out_by_hand():
    first = worded(Random(6), 1)[0]
    outcomes = [replace(first, weak=weak) for weak in (0.0, 1.0, 0.0, 1.0)]
    best = recovered([4, 3, 5, 2], outcomes)
    assert best == [0.0, 0.5, 1.0, 1.0, 1.0]
    assert (apgr(best), cpt(best, 0.5), saving(best, outcomes)) == (0.75, 0.25, 0.5)
    assert apgr(recovered([1, 1, 1, 1], outcomes)) == 0.5
