"""The readability formulas are textstat's."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest

from infra.local.options import ROOT
from shared_layer.readability.scores import readability_of
from shared_layer.readability.syllables import syllables_of

TEXTS: Final[list[dict[str, Any]]] = [
    orjson.loads(line)
    for line in (ROOT / "tests" / "data" / "readability" / "textstat.jsonl").read_bytes().splitlines()
]
COUNTS: Final = ("words", "sentences", "syllables")


@pytest.mark.parametrize("name", [name for name in TEXTS[0] if name != "text"])
def test_each_score_equals_textstats(name: str) -> None:
    off = [
        (one["text"][:60], one[name], found)
        for one in TEXTS
        if abs((found := getattr(readability_of(one["text"]), name)) - one[name]) > (0 if name in COUNTS else 1e-9)
    ]
    assert len(TEXTS) > 150
    assert off == []


@pytest.mark.parametrize(
    ("word", "count"),
    [("fire", 2), ("business", 2), ("shh", 0), ("xylographic", 4), ("kubernetes", 3), ("don't", 1), ("naïve", 1)],
)
def test_syllables_are_the_dictionarys_and_else_those_of_the_hyphenation(word: str, count: int) -> None:
    assert syllables_of(word) == count


def test_a_text_without_a_word_has_no_score() -> None:
    assert set(readability_of(" … !").model_dump().values()) == {0}
