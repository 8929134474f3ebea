"""Prompts with the outcomes of a weak and a strong model, and where they come from."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared_layer.ai.router.features import features
from shared_layer.ai.router.meaning import Meaning
from shared_layer.ai.router.outcome import Outcome

MICROS = 1_000_000
ARTEFACT = "high_school_mathematics"
"""gpt-4-1106 is 3 % right at it in RouteLLM's file, Mixtral 32 %: a fault of the file, not of the model."""
WEAK_MMLU, STRONG_MMLU = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
WEAK_ARENA, STRONG_ARENA = "claude-3-haiku-20240307", "gemini-2.0-flash-001"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A prompt and its outcome. `group` is the subject or task: it splits the data, and no feature ever sees it.

    `answer` is the weak model's, where it was recorded.
    """

    prompt: str
    group: str
    outcome: Outcome
    answer: str = ""


def mmlu(folder: Path, meaning: Meaning | None = None) -> Iterator[Labelled]:
    """RouteLLM's MMLU outcomes, a file a subject, by the files' names; embedded where `meaning` is given."""
    for file in sorted((folder / "mmlu").glob("mmlu_*.csv")):
        with file.open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                weak, strong = (1.0 if row[model] == "True" else 0.0 for model in (WEAK_MMLU, STRONG_MMLU))
                outcome = Outcome(features(row["prompt"], meaning).vector, weak, strong)
                yield Labelled(row["prompt"], file.stem.removeprefix("mmlu_"), outcome)


def arena(folder: Path, meaning: Meaning | None = None) -> Iterator[Labelled]:
    """RouterArena's prompts, answered by a cheap and a better model of its two; the group is the data set of each."""
    weak, strong = (_answers(folder / "routerarena" / f"{name}.jsonl") for name in (WEAK_ARENA, STRONG_ARENA))
    for index, answer in sorted(weak.items()):
        found = [entry["evaluation_result"] for entry in (answer, strong[index])]
        costs = [round((result["inference_cost"] or 0.0) * MICROS) for result in found]
        vector = features(answer["question"], meaning).vector
        outcome = Outcome(vector, float(found[0]["score"]), float(found[1]["score"]), *costs)
        yield Labelled(answer["question"], index.rpartition("_")[0], outcome, answer["generated_answer"] or "")


def _answers(file: Path) -> dict[str, dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return {answer["global_index"]: answer for answer in map(json.loads, lines)}
