"""What can go wrong, told to the person at the terminal.

DeployError      the sentence is the whole message
└── Partial      some functions are as wanted and others are not; the same command goes on from there
"""

from __future__ import annotations


class DeployError(Exception):
    """Ends the command; the sentence says what to do."""

    exit_code = 1


class Partial(DeployError):
    """Not everything was done; each thing that was not has a line."""

    def __init__(self, sentence: str, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join((sentence, *(f"  {line}" for line in lines))))
        self.lines = lines
