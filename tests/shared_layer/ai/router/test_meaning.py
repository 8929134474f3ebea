"""What prompts mean is read where a deployment asks for it, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from random import Random

import pytest

from shared_layer.ai.router import meaning
from shared_layer.ai.router.decision import contributions, decide
from shared_layer.ai.router.evidence import packaged_calibration
from shared_layer.ai.router.features import MEANING, features, meant, without_meaning
from shared_layer.ai.router.learning import learn
from shared_layer.ai.router.model import Router, packaged, unpacked
from shared_layer.ai.router.outcome import Outcome
from shared_layer.ai.router.policy import RoutingPolicy

PROMPT = "Which is a prime?\nA. 4\nB. 7\nC. 9\nD. 15"


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(meaning.SETTING, "on")
    meaning._loaded.cache_clear()
    yield
    meaning._loaded.cache_clear()


def sided(text: str) -> list[float]:
    """A meaning that tells what no word does."""
    return [1.0 if text.endswith("1") else -1.0] + [0.0] * (MEANING - 1)


def taught() -> Router:
    random, outcomes = Random(1), []
    for n in range(60):
        text = f"{''.join(random.choices('abcdef', k=6))} of {random.random():.3f} {n % 2}"
        outcomes.append(Outcome(features(text, sided).vector, float(n % 2 == 0), 1.0))
    return learn(outcomes)


def test_a_router_learns_from_meanings_what_no_word_tells_and_survives_its_file():
    router = taught()
    one, other = (router.gain(features(f"ghi of 3 {n}", sided).vector) for n in (1, 0))
    assert router.reads_meaning
    assert one > other + 0.2
    assert unpacked(router.packed()) == router


def test_a_router_of_words_sees_no_meaning_and_one_of_meanings_goes_without():
    vector = features(PROMPT, sided).vector
    assert meant(vector)
    assert without_meaning(vector) == features(PROMPT).vector
    assert packaged().judge(vector) == packaged().judge(features(PROMPT).vector)
    assert taught().judge(features(PROMPT).vector).gain == pytest.approx(taught().gain(features(PROMPT).vector))
    assert packaged().widened().gain(vector) == packaged().gain(vector)


@pytest.mark.usefixtures("asked_for")
def test_a_deployment_that_asks_for_embeddings_decides_with_them():
    assert packaged().reads_meaning
    assert packaged_calibration().router == packaged().digest
    found = decide(PROMPT, [], RoutingPolicy(), packaged_calibration())
    assert meant(found.vector)
    assert not any("not installed" in reason for reason in found.reasons)
    assert len(contributions(PROMPT, packaged())) == 4


@pytest.mark.usefixtures("asked_for")
def test_where_the_extra_is_missing_the_router_says_so_and_goes_on_without(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shared_layer.ai.minilm.files.CARRIER", "no_such_distribution")
    found = decide(PROMPT, [], RoutingPolicy(), packaged_calibration())
    assert not packaged().reads_meaning
    assert any("infra.install embeddings" in reason and "goes on without" in reason for reason in found.reasons)


def test_nothing_of_it_is_loaded_where_nobody_asks():
    code = (
        "import sys; from shared_layer.ai.router.decision import decide;"
        "from shared_layer.ai.router.policy import RoutingPolicy; decide('Hello', [], RoutingPolicy(), None);"
        "print([name for name in sys.modules if name == 'numpy' or 'minilm' in name])"
    )
    kept = {name: value for name, value in os.environ.items() if name != meaning.SETTING}
    asked = [sys.executable, "-c", code]
    assert subprocess.run(asked, env=kept, capture_output=True, text=True, check=True).stdout == "[]\n"
