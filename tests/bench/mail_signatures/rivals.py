"""What the learned model is measured beside: rules as email-reply-parser has them, and simpler ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from shared_layer.gmail.body.learning import Annotated, learn
from shared_layer.gmail.body.model import signature_start
from shared_layer.gmail.body.traits import is_closing, names_of

Finder = Callable[[Annotated], int | None]
Maker = Callable[[Sequence[Annotated]], Finder]

# email-reply-parser's SIG_REGEX (zapier/email-reply-parser, MIT): delimiters, "-Name", "Sent from my …".
_REPLY_PARSER = re.compile(r"(--|__|-\w)|(^Sent from my (\w+\s*){3})")


def reply_parser(_: Sequence[Annotated]) -> Finder:
    """email-reply-parser: a last paragraph that begins with what its rule knows is the signature."""

    def find(mail: Annotated) -> int | None:
        start = None
        for number in range(len(mail.lines) - 1, -1, -1):
            if not mail.lines[number].strip():
                if start is not None:
                    break
                continue
            start = number
        return start if start is not None and _REPLY_PARSER.match(mail.lines[start].strip()) else None

    return find


def closing_line(_: Sequence[Annotated]) -> Finder:
    """From the last "Thanks," or "Regards," of the last six lines with text."""

    def find(mail: Annotated) -> int | None:
        filled = [number for number, line in enumerate(mail.lines) if line.strip()][-6:]
        return next((number for number in reversed(filled) if is_closing(mail.lines[number])), None)

    return find


def senders_name(_: Sequence[Annotated]) -> Finder:
    """From the line that is the sender's name, among the last six with text."""

    def find(mail: Annotated) -> int | None:
        names = names_of(mail.sender)
        filled = [number for number, line in enumerate(mail.lines) if line.strip()][-6:]
        named = [n for n in filled if len(mail.lines[n].split()) < 4 and set(mail.lines[n].lower().split()) & names]
        return named[0] if named else None

    return find


def learned(mails: Sequence[Annotated]) -> Finder:
    """Ours, trained on the other folds."""
    weights = learn(mails)
    return lambda mail: signature_start(mail.lines, mail.sender, weights)


RIVALS: dict[str, Maker] = {
    "email-reply-parser's rule": reply_parser,
    "closing line": closing_line,
    "sender's name": senders_name,
    "ours, cross-validated": learned,
}
