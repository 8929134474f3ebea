"""Who learns from what: by question, by subject, by source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random

from infra.router_training.labelled import Labelled

Split = tuple[list[Labelled], list[Labelled]]
Splitter = Callable[[Sequence[Labelled], int], Iterable[Split]]
FAMILIES = {
    "mathematics": ("AIME", "AsDiv", "FinQA", "GSM8K", "MATH", "MathQA", "MMLUPro_math", "MMLUPro_physics",
                    "MMLUPro_engineering", "MMLUPro_chemistry", "MMLU_formal_logic", "OpenTDB_Science: Mathematics"),
    "code and games": ("LiveCodeBench", "ChessInstruct", "MusicTheoryBench", "MMLUPro_computer science"),
    "reading and language": ("NarrativeQA", "SuperGLUE", "WMT19", "SocialiQA", "PubMedQA", "Ethics"),
}  # fmt: skip
KNOWLEDGE = "knowledge"


def family(group: str) -> str:
    """Which of RouterArena's four families of tasks a data set belongs to."""
    return next((name for name, starts in FAMILIES.items() if group.startswith(starts)), KNOWLEDGE)


def by_question(all_: Sequence[Labelled], folds: int, labels: int | None = None) -> Iterator[Split]:
    """Cross-validation; a prompt that is there twice stays in one fold. `labels` keeps so many of the training's."""
    prompts = sorted({labelled.prompt for labelled in all_})
    Random(1).shuffle(prompts)
    place = {prompt: n % folds for n, prompt in enumerate(prompts)}
    for fold in range(folds):
        train = [one for one in all_ if place[one.prompt] != fold]
        Random(fold).shuffle(train)
        yield train[:labels], [one for one in all_ if place[one.prompt] == fold]


def by_group(all_: Sequence[Labelled], folds: int, labels: int | None = None) -> Iterator[Split]:
    """Every group (subject) is tested by a router that never saw it."""
    groups = sorted({labelled.group for labelled in all_})
    Random(2).shuffle(groups)
    place = {group: n % folds for n, group in enumerate(groups)}
    for fold in range(folds):
        train = [one for one in all_ if place[one.group] != fold]
        Random(fold).shuffle(train)
        yield train[:labels], [one for one in all_ if place[one.group] == fold]


def mixed(exams: Sequence[Labelled], others: Sequence[Labelled], draw: int = 3) -> list[Labelled]:
    """Five tasks in equal parts: MMLU, and RouterArena's four families; the smallest decides how many of each.

    `draw` says which prompts; 3 is the one that was always measured.
    """
    tasks: dict[str, list[Labelled]] = defaultdict(list)
    for one in others:
        tasks[family(one.group)].append(one)
    size = min(Counter(family(one.group) for one in others).values())
    tasks["mmlu"] = list(exams)
    return [one for name in sorted(tasks) for one in Random(draw).sample(tasks[name], size)]
