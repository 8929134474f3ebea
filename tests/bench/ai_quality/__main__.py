"""How well the learned router spends strong calls, beside chance, the prompt's length and the platform's rule.

./deploy.sh bench ai_quality [--data ../shared/data/routing] [--folds 5] [--only unseen]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from infra.router_training.labelled import Labelled, arena, mmlu
from tests.bench.ai_quality.cascade import CASCADES, mathematical
from tests.bench.ai_quality.figures import measure
from tests.bench.ai_quality.rivals import RIVALS, Scorer
from tests.bench.ai_quality.splits import Split, by_group, by_question, mixed

LABELS = 1500


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/routing"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", default="", help="tables whose title has this in it")
    options = parser.parse_args()
    exams, others, folds = list(mmlu(options.data)), list(arena(options.data)), options.folds
    mix = mixed(exams, others)
    tables: dict[str, Callable[[], Iterable[Split]]] = {
        f"MMLU, {LABELS} labels, by question": lambda: by_question(exams, folds, LABELS),
        f"five-task mix, {len(mix)} prompts, by question": lambda: by_question(mix, folds),
        f"unseen subjects: MMLU, {LABELS} labels": lambda: by_group(exams, folds, LABELS),
        f"unseen tasks: {LABELS} of MMLU, tested on RouterArena": lambda: from_exams(exams, others, folds),
        "unseen data sets: RouterArena by data set": lambda: by_group(others, folds),
        "MMLU, all labels, by question": lambda: by_question(exams, folds),
        "unseen subjects: MMLU, all labels": lambda: by_group(exams, folds),
    }
    sums = mathematical(others)
    cascades: dict[str, Callable[[], Iterable[Split]]] = {
        f"cascade on mathematics: MMLU, {LABELS} labels": lambda: (
            (train, mathematical(test)) for train, test in by_question(exams, folds, LABELS)
        ),
        f"cascade on mathematics: {LABELS} of MMLU, {len(sums)} prompts of RouterArena": lambda: from_exams(
            exams, sums, folds
        ),
    }
    for title, splits in tables.items():
        if options.only in title:
            report(title, splits, RIVALS)
    for title, splits in cascades.items():
        if options.only in title:
            report(title, splits, CASCADES)


def from_exams(exams: list[Labelled], others: list[Labelled], folds: int) -> Iterable[Split]:
    """Routers of different exam questions, each tested on all of RouterArena."""
    return ((train, others) for train, _ in by_question(exams, folds, LABELS))


def report(title: str, splits: Callable[[], Iterable[Split]], scorers: dict[str, Scorer]) -> None:
    """One table."""
    print(f"\n{title}\n{'':16}  APGR  [95 % bounds]   CPT50   CPT80  weak at 95 %", flush=True)
    for name, scorer in scorers.items():
        f = measure(scorer, splits())
        bounds = f"[{f.low:.3f}, {f.high:.3f}]"
        print(f"{name:16} {f.apgr:5.3f}  {bounds}  {f.cpt50:6.1%}  {f.cpt80:6.1%}  {f.saving:8.1%}", flush=True)


if __name__ == "__main__":
    main()
