"""What the person at the terminal sees; colour and moving lines on a terminal only."""

from __future__ import annotations

import sys
from typing import Final, TextIO

_COLOURS: Final = {"good": "32", "bad": "31", "dim": "2"}


class Screen:
    """Writes lines; `working` is one line that is written over on a terminal, and not at all elsewhere."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()

    def say(self, line: str = "") -> None:
        """A line that stays."""
        self._clear()
        print(line, file=self._out, flush=True)

    def done(self, what: str, how: str) -> None:
        """Something is as wanted."""
        self.say(f"{self._colour('good', '✓')} {what:32} {how}")

    def failed(self, what: str, why: str) -> None:
        """Something is not."""
        self.say(f"{self._colour('bad', '✗')} {what:32} {why}")

    def working(self, line: str) -> None:
        """Where the work stands now."""
        if self._live:
            self._out.write(f"\r\x1b[K{self._colour('dim', line)}")
            self._out.flush()

    def _clear(self) -> None:
        if self._live:
            self._out.write("\r\x1b[K")

    def _colour(self, name: str, text: str) -> str:
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if self._live else text
