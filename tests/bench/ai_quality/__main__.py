"""How well the learned router spends strong calls, beside chance, the prompt's length and the platform's rule.

./deploy.sh bench ai_quality [--data ../shared/data/routing] [--folds 5] [--only unseen] [--nested] [--meaning]

--nested also measures the router whose recipe is chosen within each training part alone. --meaning embeds every prompt
(2,000 of MMLU's, and RouterArena's; two minutes) and measures the router with and without what they mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from infra.router_training.labelled import ARTEFACT, Labelled, arena, mmlu
from tests.bench.ai_quality.cascade import CASCADES, mathematical
from tests.bench.ai_quality.embedded import BESIDE, embedded
from tests.bench.ai_quality.figures import measure
from tests.bench.ai_quality.rivals import RIVALS, Scorer, nested
from tests.bench.ai_quality.runtime import decision_times
from tests.bench.ai_quality.splits import Split, Splitter, by_group, by_question, mixed

LABELS = 1500
DRAWS = range(10)
Table = tuple[Callable[[], Iterable[Split]], Splitter]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/routing"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", default="", help="tables whose title has this in it")
    parser.add_argument("--nested", action="store_true")
    parser.add_argument("--meaning", action="store_true")
    options = parser.parse_args()
    exams, others = list(mmlu(options.data)), list(arena(options.data))
    if options.meaning:
        exams, others = embedded(exams, others)
    rivals = RIVALS | (BESIDE if options.meaning else {})
    for title, (splits, splitter) in tables(exams, others, options.folds).items():
        if options.only in title:
            report(title, splits, rivals | ({"nested": nested(splitter)} if options.nested else {}))
    for title, splits in cascades(exams, others, options.folds).items():
        if options.only in title and not options.meaning:
            report(title, splits, CASCADES)
    if options.only in "time of a decision":
        decision_times(exams)


def tables(exams: list[Labelled], others: list[Labelled], folds: int) -> dict[str, Table]:
    """What is split how; and how a training part is split within."""
    sizes = f"{len(mixed(exams, others))} prompts"
    return {
        f"MMLU, {LABELS} labels, by question": (lambda: by_question(exams, folds, LABELS), by_question),
        f"five-task mix, {sizes}, the first draw": (lambda: by_question(mixed(exams, others), folds), by_question),
        f"five-task mix, {len(DRAWS)} draws of {sizes}": (lambda: draws(exams, others, folds), by_question),
        f"unseen subjects: MMLU, {LABELS} labels": (lambda: by_group(exams, folds, LABELS), by_group),
        f"unseen tasks: {LABELS} of MMLU, tested on RouterArena": (
            lambda: from_exams(exams, others, folds),
            by_group,
        ),
        "unseen tasks: the same without MMLU's faulty subject": (
            lambda: from_exams([one for one in exams if one.group != ARTEFACT], others, folds),
            by_group,
        ),
        "unseen data sets: RouterArena by data set": (lambda: by_group(others, folds), by_group),
        "MMLU, all labels, by question": (lambda: by_question(exams, folds), by_question),
        "unseen subjects: MMLU, all labels": (lambda: by_group(exams, folds), by_group),
    }


def cascades(exams: list[Labelled], others: list[Labelled], folds: int) -> dict[str, Callable[[], Iterable[Split]]]:
    """The same for the cascade, on mathematics."""
    sums = mathematical(others)
    return {
        f"cascade on mathematics: MMLU, {LABELS} labels": lambda: (
            (train, mathematical(test)) for train, test in by_question(exams, folds, LABELS)
        ),
        f"cascade on mathematics: {LABELS} of MMLU, {len(sums)} prompts of RouterArena": lambda: from_exams(
            exams, sums, folds
        ),
    }


def draws(exams: Sequence[Labelled], others: Sequence[Labelled], folds: int) -> Iterator[Split]:
    """Several mixes, since in one of them chance decides more than the router."""
    for draw in DRAWS:
        yield from by_question(mixed(exams, others, draw), folds)


def from_exams(exams: list[Labelled], others: list[Labelled], folds: int) -> Iterable[Split]:
    """Routers of different exam questions, each tested on all of RouterArena."""
    return ((train, others) for train, _ in by_question(exams, folds, LABELS))


def report(title: str, splits: Callable[[], Iterable[Split]], scorers: dict[str, Scorer]) -> None:
    """One table."""
    print(f"\n{title}\n{'':17}  APGR  [95 % bounds]   CPT50   CPT80  weak at 95 %", flush=True)
    for name, scorer in scorers.items():
        f = measure(scorer, splits())
        area, saved = f"[{f.low:.3f}, {f.high:.3f}]", f"[{f.saving_low:.1%}, {f.saving_high:.1%}]"
        print(f"{name:17} {f.apgr:5.3f}  {area}  {f.cpt50:6.1%}  {f.cpt80:6.1%}  {f.saving:6.1%} {saved}", flush=True)


if __name__ == "__main__":
    main()
