"""The signature model on a sample of the annotated mail (tests/data/mail/signatures), and what it must never take."""

from __future__ import annotations

from pathlib import Path

from infra.signature_training.annotated import annotated
from shared_layer.gmail.body.learning import learn
from shared_layer.gmail.body.model import PACKAGED, packaged, signature_start
from tests.bench.mail_signatures.figures import cross_validated
from tests.bench.mail_signatures.rivals import learned, reply_parser

DATA = Path(__file__).parents[2] / "data" / "mail" / "signatures"
MAILS = list(annotated(DATA))
TARGET = 0.86


def test_unseen_signature_lines_are_found_far_better_than_by_rules() -> None:
    """Cross-validated: no body is judged by what was learned from it."""
    assert len(MAILS) == 95
    ours = cross_validated(MAILS, learned, folds=5, seeds=1)
    rule = cross_validated(MAILS, reply_parser, folds=5, seeds=1)
    print(f"signature line-F1 {ours.f1:.3f}, email-reply-parser's rule {rule.f1:.3f}")
    assert ours.f1 >= TARGET
    assert ours.f1 > rule.f1 + 0.5


def test_the_packaged_weights_are_what_the_data_gives() -> None:
    assert learn(MAILS) == packaged()
    assert PACKAGED.stat().st_size < 10_000


def test_signatures_of_other_times_and_places_are_found() -> None:
    bodies = {
        ("Passt.\n\nMit freundlichen Grüßen\nJonas Weber\nHarbor Coffee GmbH\nTel. +49 40 555 1234", "Jonas Weber"): 2,
        ("Sounds good.\n\nCheers\nPriya", "Priya Raman <priya@x.example>"): 2,
        ("The deck is attached.\nCan you check slide 7?", "Nadia Haddad"): None,
        ("Thanks for the call.\nWe start on Monday at nine, and I will bring the numbers.", "Oskar Lind"): None,
    }  # fmt: skip
    found = {body: signature_start(body[0].split("\n"), body[1]) for body in bodies}
    assert found == bodies
