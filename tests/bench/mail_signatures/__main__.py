"""How well signature lines are found in annotated Enron mail, beside rules.

./deploy.sh bench mail_signatures [--data ../shared/data/email/signatures] [--folds 5] [--seeds 3] [--packaged]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from infra.signature_training.annotated import annotated
from shared_layer.gmail.body.model import signature_start
from tests.bench.mail_signatures.figures import Figures, cross_validated
from tests.bench.mail_signatures.rivals import RIVALS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/email/signatures"), help="with N/ and P/")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--packaged", action="store_true", help="the packaged weights on data they were not trained on")
    options = parser.parse_args()
    mails = list(annotated(options.data))
    signed = sum(any(mail.marked) for mail in mails)
    print(f"{len(mails)} bodies, {signed} with a signature of {sum(sum(mail.marked) for mail in mails)} lines")
    print(f"{'':27}  precision  recall  line-F1  whole bodies", flush=True)
    for name, make in RIVALS.items():
        show(name, cross_validated(mails, make, options.folds, options.seeds))
    if options.packaged:
        figures = Figures()
        figures.count(mails, lambda mail: signature_start(mail.lines, mail.sender))
        show("ours, as packaged", figures)


def show(name: str, figures: Figures) -> None:
    """One row."""
    whole = figures.whole / max(1, figures.bodies)
    row = f"{figures.precision:9.3f}  {figures.recall:6.3f}  {figures.f1:7.3f}  {whole:12.1%}"
    print(f"{name:27}  {row}", flush=True)


if __name__ == "__main__":
    main()
