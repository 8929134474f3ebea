"""What the router sees of a prompt."""

from __future__ import annotations

import math
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.ai.router.features import SHAPE, SLOTS, features, pack_vector, unpack_vector
from shared_layer.ai.router.shape import TRAITS

PROMPT = "Which of these is NOT a prime?\nA. 2\nB. 9\nC. 11\nD. 13\nAnswer:"


@given(st.text(max_size=400))
def test_any_text_gives_its_traits_and_words_of_length_one_within_the_slots(text: str):
    found = features(text)
    assert all(0 <= slot < SLOTS for slot, _ in found.vector)
    assert [slot for slot, _ in found.vector[:SHAPE]] == list(range(len(TRAITS)))
    assert all(math.isfinite(value) for _, value in found.vector)
    words = [
        value
        for (_, value), gram in zip(found.vector[SHAPE:], found.grams, strict=True)
        if not gram.startswith("option: ")
    ]
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


def test_the_words_of_options_are_there_once_more_by_themselves():
    grams = features(PROMPT).grams
    assert "option: #" in grams
    assert "option: prime" not in grams


@given(st.text(max_size=200))
def test_a_stored_vector_is_the_vector_but_for_single_precision(text: str):
    vector = features(text).vector
    kept = unpack_vector(pack_vector(vector))
    assert [slot for slot, _ in kept] == [slot for slot, _ in vector]
    assert all(math.isclose(one, other, rel_tol=1e-6) for (_, one), (_, other) in zip(kept, vector, strict=True))


def test_a_prompt_of_a_megabyte_is_read_in_part():
    assert len(features("word " * 200_000).grams) < 20
    middle = features("a" * 7_000 + " secret " + "b" * 7_000)
    assert not any("secret" in gram for gram in middle.grams)
