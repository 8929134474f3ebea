"""A broken stream's text and what another provider goes on with, put together without a word twice or missing.

Asked to go on, some models do, some begin anew, and some repeat the last words first. So the first text of the
successor is held back until it is clear which: the same beginning again is skipped as far as it was sent already, a
repeated end as well, and a beginning that tells the same answer in other words cannot be joined at all.
"""

from __future__ import annotations

from typing import Final

HELD_CHARACTERS: Final = 64
SAME_BEGINNING: Final = 8
SAME_END: Final = 12


class CannotSplice(Exception):
    """The successor tells the answer anew, and differently."""


class Splice:
    """Joins to the text that was `sent`; `skipped` is how many characters of the successor were there already."""

    def __init__(self, sent: str) -> None:
        self._sent = sent
        self._held = ""
        self._joined = not sent
        self.skipped = 0

    def feed(self, text: str) -> str:
        """What may be sent now of the successor's text. Raises CannotSplice."""
        if self._joined:
            return text
        self._held += text
        if len(self._held) <= len(self._sent) and self._sent.startswith(self._held):
            return ""
        if len(self._held) < HELD_CHARACTERS and not self._held.startswith(self._sent):
            return ""
        return self._join()

    def end(self) -> str:
        """What is still held when the successor has ended. Raises CannotSplice."""
        return "" if self._joined else self._join()

    def _join(self) -> str:
        self._joined = True
        self.skipped = self._overlap()
        return self._held[self.skipped :]

    def _overlap(self) -> int:
        sent, held = self._sent, self._held
        common = _common(sent, held)
        if common == len(sent):
            return common
        if common >= SAME_BEGINNING:
            raise CannotSplice
        longest = min(len(sent), len(held))
        return next((size for size in range(longest, SAME_END - 1, -1) if sent.endswith(held[:size])), 0)


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    length = min(len(one), len(other))
    return next((place for place in range(length) if one[place] != other[place]), length)
