"""What the router sees of a prompt."""

from __future__ import annotations

import math
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.ai.router.features import SHAPE, SLOTS, features
from shared_layer.ai.router.shape import TRAITS

PROMPT = "Which of these is NOT a prime?\nA. 2\nB. 9\nC. 11\nD. 13\nAnswer:"


@given(st.text(max_size=400))
def test_any_text_gives_two_halves_of_length_one_within_the_slots(text: str):
    vector = features(text).vector
    assert all(0 <= slot < SLOTS for slot, _ in vector)
    shape = [value for slot, value in vector if slot < SHAPE]
    assert len(shape) == len(TRAITS)
    words = [value for slot, value in vector if slot >= SHAPE]
    assert math.isclose(sum(value * value for value in shape), 1.0)
    assert not words or math.isclose(sum(value * value for value in words), 1.0)


def test_another_process_with_another_hash_seed_sees_the_same():
    code = f"from shared_layer.ai.router.features import features; print(features({PROMPT!r}))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {f"{features(PROMPT)}\n"}


def test_every_step_of_a_trait_has_a_slot():
    assert all(len(trait.edges) < 16 for trait in TRAITS)
    assert all(list(trait.edges) == sorted(trait.edges) for trait in TRAITS)


def test_a_prompt_of_a_megabyte_is_read_in_part():
    assert len(features("word " * 200_000).grams) < 20
    middle = features("a" * 7_000 + " secret " + "b" * 7_000)
    assert not any("secret" in gram for gram in middle.grams)
