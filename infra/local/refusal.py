"""Why the platform does not start or go on, told in one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):
    """Ends the command with exit code 2. `evidence` are lines to show beneath, such as a log's last ones."""

    exit_code = 2

    def __init__(self, sentence: str, evidence: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.evidence = list(evidence)
