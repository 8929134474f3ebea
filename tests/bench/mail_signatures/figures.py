"""Precision, recall and F1 of signature lines, over the lines with text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from shared_layer.gmail.body.learning import Annotated
from tests.bench.mail_signatures.rivals import Finder, Maker


@dataclass(slots=True)
class Figures:
    """Counted lines: found rightly, found wrongly, missed; and bodies that are right as a whole."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    whole: int = 0
    bodies: int = 0

    @property
    def precision(self) -> float:
        """Of the lines that were taken for a signature's."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of the lines that are a signature's."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    def count(self, mails: Iterable[Annotated], find: Finder) -> None:
        """Count the lines of `mails`."""
        for mail in mails:
            start = find(mail)
            before = (self.wrong, self.missed)
            for number, (line, marked) in enumerate(zip(mail.lines, mail.marked, strict=True)):
                if line.strip():
                    taken = start is not None and number >= start
                    self.right += taken and marked
                    self.wrong += taken and not marked
                    self.missed += marked and not taken
            self.bodies += 1
            self.whole += before == (self.wrong, self.missed)


def cross_validated(mails: Sequence[Annotated], make: Maker, folds: int, seeds: int) -> Figures:
    """The figures over `seeds` shuffles of `folds` folds: no body is judged by what was learned from it."""
    figures = Figures()
    for seed in range(seeds):
        shuffled = list(mails)
        Random(seed).shuffle(shuffled)
        for fold in range(folds):
            rest = [mail for number, mail in enumerate(shuffled) if number % folds != fold]
            figures.count(shuffled[fold::folds], make(rest))
    return figures
