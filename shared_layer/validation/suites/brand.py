"""Is it in the company's own words: what must not be written, what must, and names as they are spelled."""

from __future__ import annotations

import re
from functools import lru_cache

from shared_layer.validation.judge import Judge
from shared_layer.validation.material import Material, Passage
from shared_layer.validation.ruleset import BannedPhrase


def check(material: Material, judge: Judge) -> None:
    """Say which phrases are banned, missing or misspelled."""
    for banned in judge.ruleset.banned:
        for passage in material.passages:
            for match in pattern_of(banned.phrase).finditer(passage.text):
                _banned(banned, passage, match, judge)
    for required in judge.ruleset.required:
        if not any(pattern_of(required.phrase).search(passage.text) for passage in material.passages):
            because = f" {required.reason}" if required.reason else ""
            judge.say(
                "brand.required",
                f"“{required.phrase}” is missing.{because}",
                f"Add “{required.phrase}”.",
                excerpt=required.phrase,
                severity=required.severity,
            )
    for spelling in judge.ruleset.brand_spellings:
        for passage in material.passages:
            for match in pattern_of(spelling).finditer(passage.text):
                if match[0] != spelling and not _in_address(passage.text, match):
                    reason = f"The name is written {spelling}."
                    judge.point("brand.spelling", passage, match.start(), match.end(), reason, f"Write {spelling}.")


@lru_cache(maxsize=2_000)
def pattern_of(phrase: str) -> re.Pattern[str]:
    """A phrase in a text: whole words in any case, however they are spaced; `*` at the end stands for any ending."""
    open_end = phrase.endswith("*")
    words = [re.escape(word) for word in phrase.rstrip("*").split()]
    before = r"(?<!\w)" if phrase[:1].isalnum() else ""
    after = r"\w*" if open_end else r"(?!\w)" if phrase[-1:].isalnum() else ""
    return re.compile(before + r"\s+".join(words) + after, re.IGNORECASE)


def _banned(banned: BannedPhrase, passage: Passage, match: re.Match[str], judge: Judge) -> None:
    because = f": {banned.reason}" if banned.reason else "."
    judge.say(
        "brand.banned",
        f"“{banned.phrase}” is not to be written{because}",
        f"Write “{banned.instead}”." if banned.instead else "Take it out, or say it otherwise.",
        span=passage.span(match.start(), match.end()),
        excerpt=match[0],
        severity=banned.severity,
    )


def _in_address(text: str, match: re.Match[str]) -> bool:
    """Whether a name is part of an address or a hashtag, where it has no capitals."""
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return before in ("/", "@", "#", ".", "-") or (after == "." and text[match.end() + 1 : match.end() + 2].isalnum())
