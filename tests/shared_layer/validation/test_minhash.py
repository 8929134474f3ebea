"""Near-duplicates: copies that were edited are found, texts that only share a subject are not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Final

import orjson
import pytest

from infra.local.options import ROOT
from shared_layer.validation.corpus import DOUBT
from shared_layer.validation.minhash import bands, guessed, jaccard, shingles, signature

LEAST: Final = 0.5
TEXTS: Final = [
    orjson.loads(line)["text"]
    for line in (ROOT / "tests" / "data" / "readability" / "textstat.jsonl").read_bytes().splitlines()[:150]
]
ORIGINALS: Final = list({text[:80]: text for text in TEXTS}.values())
"""Some of the texts quote the same passage at length, and are copies of each other themselves: one of these is kept."""


def edited(text: str, share: float, chance: random.Random) -> str:
    """A copy with a share of its words replaced, dropped or doubled, in runs as an editor works."""
    words = text.split()
    left = max(1, round(share * len(words)))
    while left > 0:
        run = min(left, chance.randint(1, 4))
        at = chance.randrange(max(1, len(words) - run))
        change = chance.choice(("replace", "drop", "double"))
        part = words[at : at + run]
        words[at : at + run] = {"replace": [f"new{chance.random():.6f}"] * run, "drop": [], "double": part * 2}[change]
        left -= run
    return " ".join(words)


def corpus(originals: list[str], copies: int) -> Iterator[tuple[int, str]]:
    """Each original and its copies, by the number of the original: up to 12 % of the words are changed."""
    chance = random.Random(11)
    for number, text in enumerate(originals):
        yield number, text
        for _ in range(copies):
            yield number, edited(text, chance.uniform(0.01, 0.12), chance)


def found_pairs(texts: list[str]) -> set[tuple[int, int]]:
    """The pairs that the corpus's own steps find: a shared band, a guess that is near enough, then the exact share."""
    sets = [shingles(text) for text in texts]
    signed = [signature(found) for found in sets]
    members: dict[str, list[int]] = {}
    for number, one in enumerate(signed):
        for key in bands(one):
            members.setdefault(key, []).append(number)
    candidates = {pair for held in members.values() for pair in combinations(held, 2)}
    close = {pair for pair in candidates if guessed(signed[pair[0]], signed[pair[1]]) >= LEAST - DOUBT}
    return {pair for pair in close if jaccard(sets[pair[0]], sets[pair[1]]) >= LEAST}


def measured(originals: list[str], copies: int) -> tuple[float, float, float, int]:
    """Recall and precision against which text is whose copy, recall against the exact shares, and the pairs."""
    numbers, texts = zip(*corpus(originals, copies), strict=True)
    found = found_pairs(list(texts))
    copied = {pair for pair in combinations(range(len(texts)), 2) if numbers[pair[0]] == numbers[pair[1]]}
    sets = [shingles(text) for text in texts]
    alike = {pair for pair in copied | found if jaccard(sets[pair[0]], sets[pair[1]]) >= LEAST}
    hits = len(found & copied)
    return hits / len(copied), hits / len(found), len(found & alike) / len(alike), len(copied)


def test_recall_is_at_least_95_and_precision_at_least_97_of_100() -> None:
    recall, precision, of_exact, pairs = measured(ORIGINALS[:60], 2)
    print(f"{pairs} pairs: recall {recall:.4f}, precision {precision:.4f}, of the exact share {of_exact:.4f}")
    assert recall >= 0.95
    assert precision >= 0.97
    assert of_exact >= 0.99


@pytest.mark.long
def test_the_same_of_all_texts() -> None:
    recall, precision, of_exact, _ = measured(ORIGINALS, 4)
    assert (recall >= 0.95, precision >= 0.97, of_exact >= 0.99) == (True, True, True)


def test_a_guess_is_near_the_truth() -> None:
    chance = random.Random(3)
    pairs = [(text, edited(text, chance.uniform(0.02, 0.4), chance)) for text in ORIGINALS[:60]]
    sets = [(shingles(one), shingles(other)) for one, other in pairs]
    off = [abs(guessed(signature(one), signature(other)) - jaccard(one, other)) for one, other in sets]
    assert sum(off) / len(off) < 0.045
    assert max(off) < DOUBT + 0.03


def test_texts_that_share_nothing_share_no_band() -> None:
    keys = Counter(key for text in ORIGINALS[:80] for key in set(bands(signature(shingles(text)))))
    assert sum(count - 1 for count in keys.values()) < 0.02 * sum(keys.values())


def test_the_same_text_has_the_same_signature_whatever_its_case_and_its_signs() -> None:
    one, other = "Slow bread tastes of more, every day.", "slow BREAD — tastes of more; every day"
    assert signature(shingles(one)) == signature(shingles(other))
    assert signature(shingles("")) == ()
