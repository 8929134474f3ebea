"""A body split into what its author wrote, what it quotes, and the signature.

Quotes are found by their marks: `>` lines, "On … wrote:" in seven languages, the header blocks of Outlook and of
forwarded mail. The signature is found by its delimiter (RFC 3676: "-- "), by what phones and lists put under a mail,
and otherwise by the learned model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared_layer.gmail.body.model import signature_start
from shared_layer.gmail.body.traits import DEVICE, LOOKED_AT

_WROTE: Final = re.compile(
    r"^\s*>?\s*(on\b.*\bwrote|am\b.*\bschrieb\b.*|le\b.*\ba écrit|el\b.*\bescribió|il\b.*\bha scritto"
    r"|op\b.*\bschreef\b.*|em\b.*\bescreveu|\d{4}[-/.年].*(wrote|написал|：))\s*:?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_DATED: Final = re.compile(r"\d|<[^>]*@")
_BEGINS: Final = re.compile(r"^\s*(on|am|le|el|il|op|em)\b.*\d", re.IGNORECASE)
_ORIGINAL: Final = re.compile(
    r"^\W*-{2,}\s*(original message|forwarded message|forwarded by|begin forwarded|ursprüngliche nachricht|message "
    r"d'origine|weitergeleitete nachricht|mensaje original)\b.*$|^\s*begin forwarded message:\s*$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"^\W*(from|von|de|da|van|från)\s*:\W*\S", re.IGNORECASE)
_HEADER: Final = re.compile(
    r"^\W*(sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto)\s*:", re.IGNORECASE
)
_DELIMITER: Final = re.compile(r"^\s*--\s*$")
_LONG_RULE: Final = re.compile(r"^\s*[_=-]{15,}\s*$")
_NOTICE: Final = re.compile(
    r"mailing list|unsubscribe|you are receiving this|reply to this email directly|confidential", re.IGNORECASE
)
FOOTER_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Parts:
    """`reply` is the author's own text, `quoted` what stood below or between it, `signature` without its delimiter."""

    reply: str
    quoted: str
    signature: str


def take_apart(text: str, sender: str) -> Parts:
    """The parts of a plain text; `sender` is the From header, by whose name a signature is known."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")]
    own, quoted = _unquoted(lines)
    start = _signature(own, sender)
    reply, signature = own[:start], own[start:]
    while signature and (_DELIMITER.match(signature[0]) or _LONG_RULE.match(signature[0]) or not signature[0].strip()):
        signature = signature[1:]
    return Parts(_joined(reply), _joined(quoted), _joined(signature))


def _unquoted(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The author's lines and the quoted ones. What follows a quote marked by `>` is the author's again."""
    own: list[str] = []
    quoted: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.lstrip().startswith(">"):
            quoted.append(line)
        elif size := _attribution(lines, number):
            if not _marked_after(lines, number + size):
                return own, [*quoted, *lines[number:]]
            quoted += lines[number : number + size]
            number += size - 1
        elif _starts_rest(lines, number):
            return own, [*quoted, *lines[number:]]
        else:
            own.append(line)
        number += 1
    return own, quoted


def _attribution(lines: Sequence[str], number: int) -> int:
    """How many lines an "On … wrote:" takes here; 0 where there is none."""
    if not _BEGINS.match(lines[number]) and not _WROTE.match(lines[number]):
        return 0
    for size in (1, 2, 3):
        joined = " ".join(lines[number : number + size])
        if len(joined) < 300 and _WROTE.match(joined) and _DATED.search(joined) and joined.rstrip().endswith(":"):
            return size
    return 0


def _marked_after(lines: Sequence[str], number: int) -> bool:
    following = [line for line in lines[number:] if line.strip()][:1]
    return bool(following) and following[0].lstrip().startswith(">")


def _starts_rest(lines: Sequence[str], number: int) -> bool:
    """Whether everything from here on is an older mail: its header block, or the line that announces it."""
    line = lines[number]
    if _ORIGINAL.match(line):
        return True
    following = [one for one in lines[number : number + 8] if one.strip()]
    if _LONG_RULE.match(line):
        following = following[1:]
    if not following or not _FROM.match(following[0]):
        return False
    return sum(bool(_HEADER.match(one)) for one in following[1:5]) >= 2


def _signature(own: Sequence[str], sender: str) -> int:
    """The number of the line where the signature begins; their count where there is none."""
    filled = [number for number, line in enumerate(own) if line.strip()]
    if not filled:
        return len(own)
    if delimiters := [number for number in filled[-LOOKED_AT:] if _DELIMITER.match(own[number]) and number > 0]:
        return delimiters[0]
    starts = [number for number in filled[-3:] if DEVICE.match(own[number]) and number > 0]
    starts += [number for number in filled[-FOOTER_LINES:] if _is_footer(own, number)]
    body = list(own[: min(starts)]) if starts else list(own)
    learned = signature_start(body, sender)
    if learned is not None and learned > 0:
        starts.append(learned)
    return min(starts, default=len(own))


def _is_footer(own: Sequence[str], number: int) -> bool:
    ruled = _LONG_RULE.match(own[number]) or own[number].strip() in ("—", "---", "___")
    return bool(ruled) and number > 0 and bool(_NOTICE.search(" ".join(own[number + 1 :])))


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
