"""Text that a conversation holds already, as a reference to where it stands.

    [as in message 1, 1893 characters from "The bakery on" to "until noon."]

Chats with documents send the same pages with every question. A run of paragraphs that an earlier message holds word
for word is replaced, where that is shorter; the reference names the message, the length, and the words at both ends.
`restored` is the inverse: a reference is only written where it leads back to the very text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

SHORTEST: Final = 160
QUOTED: Final = 18
_REFERENCE: Final = re.compile(
    r"\[as in message (\d+), (\d+) characters from \"([^\"\n]{1,40})\" to \"([^\"\n]{1,40})\"\]"
)
_MARK: Final = "[as in message "


class Seen:
    """The messages so far, as they were written."""

    def __init__(self) -> None:
        self._messages: list[str] = []
        self._paragraphs: dict[str, tuple[int, int]] = {}

    def add(self, text: str) -> None:
        """Remember the next message, and where each of its longer paragraphs stands."""
        number = len(self._messages)
        self._messages.append(text)
        position = 0
        for paragraph in text.split("\n\n"):
            if len(paragraph) >= SHORTEST:
                self._paragraphs.setdefault(paragraph, (number, position))
            position += len(paragraph) + 2

    def shortened(self, text: str) -> str:
        """`text` with references for what an earlier message holds."""
        if not self._paragraphs or len(text) < SHORTEST or _MARK in text:
            return text
        parts: list[str] = []
        position = 0
        while position < len(text):
            end = text.find("\n\n", position)
            paragraph = text[position : end if end >= 0 else len(text)]
            place = self._paragraphs.get(paragraph)
            if place is None:
                parts.append(paragraph)
                position += len(paragraph)
            else:
                run = self._run(text, position, place)
                parts.append(self._reference(run, place) or run)
                position += len(run)
            if text.startswith("\n\n", position):
                parts.append("\n\n")
                position += 2
        shorter = "".join(parts)
        return shorter if restored(shorter, self._messages) == text else text

    def _run(self, text: str, position: int, place: tuple[int, int]) -> str:
        """The longest run of whole paragraphs from `position` on that stands at `place`, too."""
        number, start = place
        source = self._messages[number]
        end = position
        while True:
            following = text.find("\n\n", end + 2 if end > position else position)
            following = len(text) if following < 0 else following
            if following == end or source[start : start + following - position] != text[position:following]:
                return text[position:end]
            end = following
            if end == len(text):
                return text[position:end]

    def _reference(self, run: str, place: tuple[int, int]) -> str | None:
        """The reference to a run; None where its ends cannot be quoted, or it is no shorter."""
        first, last = run[:QUOTED], run[-QUOTED:]
        if '"' in first + last or "\n" in first + last:
            return None
        reference = f'[as in message {place[0] + 1}, {len(run)} characters from "{first}" to "{last}"]'
        return reference if len(reference) < len(run) else None


def restored(text: str, messages: Sequence[str]) -> str | None:
    """`text` with each reference to `messages` replaced by what it stands for; None where one leads nowhere."""
    parts: list[str] = []
    position = 0
    for found in _REFERENCE.finditer(text):
        number, length = int(found[1]) - 1, int(found[2])
        source = messages[number] if number < len(messages) else ""
        start = source.find(found[3])
        while start >= 0 and not source[start : start + length].endswith(found[4]):
            start = source.find(found[3], start + 1)
        if start < 0 or len(source) < start + length:
            return None
        parts += (text[position : found.start()], source[start : start + length])
        position = found.end()
    return "".join([*parts, text[position:]])
