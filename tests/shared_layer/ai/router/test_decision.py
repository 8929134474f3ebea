"""Weak or strong, and why."""

from __future__ import annotations

from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from shared_layer.ai.router.calibration import Calibration, Threshold
from shared_layer.ai.router.decision import contributions, decide
from shared_layer.ai.router.model import packaged
from shared_layer.ai.router.policy import KeepQuality, RoutingPolicy, SpendAtMost

EXAM = "Which of the following is the capital of France?\nA. Paris\nB. Rome\nC. Lyon\nD. Bonn\nAnswer:"
KEEP = RoutingPolicy(KeepQuality(0.95))


def calibrated(value: float) -> Calibration:
    return Calibration(Threshold(value), packaged().digest, KEEP.target, 1500)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_a_policy_that_spends_nothing_is_always_weak(text: str):
    assert decide(text, [], RoutingPolicy(SpendAtMost(0)), None).weak


@given(st.text(max_size=300), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None)
def test_a_higher_threshold_never_sends_more_to_the_weak_model(text: str, one: float, other: float):
    low, high = sorted((one, other))
    bold, careful = (decide(text, [], KEEP, calibrated(value)) for value in (low, high))
    assert bold.weak or not careful.weak
    assert 0.0 <= bold.p_weak_good_enough <= 1.0


def test_without_a_calibration_of_this_router_and_target_the_strong_model_answers():
    assert not decide(EXAM, [], KEEP, None).weak
    assert not decide(EXAM, [], KEEP, Calibration(Threshold(0.0), "another", KEEP.target, 1500)).weak
    assert not decide(EXAM, [], RoutingPolicy(KeepQuality(0.5)), calibrated(0.0)).weak


def test_an_exam_question_is_familiar_and_a_conversation_is_not():
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user"}]
    assert decide(EXAM, [], KEEP, None).familiar
    assert not decide(EXAM, turns, KEEP, None).familiar
    assert not decide("Write a campaign for our spring shoes", [], KEEP, None).familiar


def test_what_the_tenants_own_outcomes_calibrated_is_decided_by_them_whatever_the_training_met():
    chat = [{"role": "user"}, {"role": "assistant"}, {"role": "user"}]
    own = partial(decide, "Write a campaign for our spring shoes", chat, KEEP, calibrated(0.5), own=True)
    assert own().familiar
    assert not own(by_form=True).familiar


def test_a_spend_is_never_left_to_the_rule():
    policy = RoutingPolicy(SpendAtMost(0))
    found = decide("Prove the theorem by induction", [], policy, None, by_form=True)
    assert (found.weak, found.familiar) == (True, True)


def test_the_reason_names_the_calibration_and_the_features_say_what_spoke_for_which_model():
    (reason,) = decide(EXAM, [], KEEP, calibrated(0.5)).reasons
    assert "calibrated on 1500 outcomes" in reason
    spoken = contributions(EXAM, packaged())
    assert len(spoken) == 4
    assert all("speaks for the" in each for each in spoken)
