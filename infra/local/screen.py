"""What the terminal shows: plain lines, coloured only where a person looks at them."""

from __future__ import annotations

import os
import sys
from typing import Final

from infra.local.refusal import Refusal

_STYLES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def styled(text: str, style: str) -> str:
    """`text` in a style, where standard output is a terminal and NO_COLOR is not set."""
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def say(text: str = "") -> None:
    """One line (or several) on standard output, at once."""
    print(text, flush=True)


def refuse(refusal: Refusal) -> int:
    """Show why nothing starts, on standard error; answers the exit code."""
    print(f"{styled('Cannot go on:', 'red')} {refusal.sentence}", file=sys.stderr)
    for line in refusal.evidence:
        print(f"  {line}", file=sys.stderr)
    return refusal.exit_code
