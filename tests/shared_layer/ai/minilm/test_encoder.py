"""The same meaning as the model's own library gives."""

from __future__ import annotations

import json
from array import array
from pathlib import Path

import pytest

from shared_layer.ai.minilm.encoder import DIMENSIONS, MOST_PIECES, load
from shared_layer.ai.minilm.files import Missing
from shared_layer.ai.minilm.tensors import tensors

DATA = Path(__file__).parents[3] / "data" / "minilm"
KNOWN = json.loads((DATA / "reference.json").read_text(encoding="utf-8"))
VECTORS = array("f", (DATA / "vectors.bin").read_bytes())
REFERENCE = [(known, VECTORS[n * DIMENSIONS : (n + 1) * DIMENSIONS]) for n, known in enumerate(KNOWN)]


@pytest.mark.parametrize(("known", "wanted"), REFERENCE, ids=range(len(REFERENCE)))
def test_pieces_and_vector_are_those_of_the_models_own_library(known, wanted):
    assert load().pieces(known["text"]) == known["pieces"]
    found = load().encode(known["text"])
    assert len(found) == DIMENSIONS
    assert sum(a * b for a, b in zip(wanted, map(float, found), strict=True)) == pytest.approx(1.0, abs=1e-5)
    assert max(abs(a - float(b)) for a, b in zip(wanted, found, strict=True)) < 1e-5


def test_more_than_the_model_was_trained_for_is_not_read():
    assert len(load().pieces("word " * 1_000)) == MOST_PIECES
    assert list(load().encode("word " * 1_000)) == list(load().encode("word " * 2_000))


def test_without_the_extra_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shared_layer.ai.minilm.files.CARRIER", "no_such_distribution")
    load.cache_clear()
    try:
        with pytest.raises(Missing, match="install embeddings"):
            load()
    finally:
        load.cache_clear()


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path):
    wrong = tmp_path / "model.safetensors"
    wrong.write_bytes((1 << 40).to_bytes(8, "little") + b"{}")
    with pytest.raises(ValueError, match="no safetensors"):
        tensors(wrong)
