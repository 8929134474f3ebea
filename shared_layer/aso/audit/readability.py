"""How well a page reads, as Yoast judges it. What depends on the language is judged in English only, and it is said.

The reading ease is Flesch's (1948); 60 and more is plain English. The other bounds are Yoast's: https://yoast.com/features/readability-analysis/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from shared_layer.aso.audit.finding import AuditFinding, bad, good
from shared_layer.aso.audit.page import PageParts
from shared_layer.aso.audit.sentences import sentences_of
from shared_layer.readability.scores import readability_of

WORDS_AT_LEAST: Final = 300
LONG_SENTENCE: Final = 20
LONG_SENTENCES: Final = 0.25
LONG_PARAGRAPH: Final = 150
BETWEEN_HEADINGS: Final = 300
SAME_BEGINNINGS: Final = 3
PASSIVES: Final = 0.10
TRANSITIONS: Final = 0.30
SENTENCES_AT_LEAST: Final = 5

_WORD: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ][\w’'-]*")
_PARTICIPLES: Final = (
    "built bought brought caught chosen done drawn driven eaten found given grown held kept known laid led left lost "
    "made meant met paid put read run said seen sent set shown sold spoken spent taken taught thought told understood "
    "used won worn written"
)
_PASSIVE: Final = re.compile(
    r"\b(?:am|is|are|was|were|be|been|being|get|gets|got)\b(?:\s+\w+ly)?\s+"
    rf"(?:\w{{2,}}ed|{_PARTICIPLES.replace(' ', '|')})\b",
    re.IGNORECASE,
)
_TRANSITIONS: Final = (
    "also,although,and yet,another,as a result,as soon as,because,before,but,besides,consequently,even though,finally,"
    "first,for example,for instance,furthermore,hence,however,if,in addition,in contrast,in fact,in other words,"
    "instead,likewise,meanwhile,moreover,nevertheless,next,of course,on the other hand,otherwise,rather,second,"
    "similarly,since,so,still,such as,then,therefore,third,though,thus,until,when,whereas,while,yet"
)
_TRANSITION: Final = re.compile(rf"\b(?:{_TRANSITIONS.replace(',', '|')})\b", re.IGNORECASE)


def reading_ease(text: str) -> float | None:
    """Flesch's reading ease of an English text, 100 for the easiest; None for one without words."""
    scores = readability_of(text)
    return round(scores.flesch_reading_ease, 1) if scores.words else None


def readability(page: PageParts) -> Iterator[AuditFinding]:
    """Findings about the page's text."""
    text = "\n".join(page.paragraphs)
    count = len(_WORD.findall(text))
    if count < WORDS_AT_LEAST:
        fix = f"Write at least {WORDS_AT_LEAST} words, unless the page is a list or a tool."
        yield bad("words", "readability", "notice", f"It has {count} words.", fix)
    else:
        yield good("words", "readability", f"{count} words.")
    sentences = sentences_of(text)
    if len(sentences) < SENTENCES_AT_LEAST:
        return
    yield _long_sentences(sentences)
    yield from _paragraphs(page)
    yield from _sections(page)
    yield from _beginnings(sentences)
    if page.language and not page.language.lower().startswith("en"):
        reason = f"Reading ease, passive voice and transitions are judged in English only; the page is {page.language}."
        yield good("language", "readability", reason)
        return
    yield _ease(text)
    yield _share("passive", sentences, _PASSIVE, PASSIVES, most=True)
    yield _share("transitions", sentences, _TRANSITION, TRANSITIONS, most=False)


def _long_sentences(sentences: list[str]) -> AuditFinding:
    long = [sentence for sentence in sentences if len(_WORD.findall(sentence)) > LONG_SENTENCE]
    share = len(long) / len(sentences)
    told = f"{share:.0%} of the sentences have more than {LONG_SENTENCE} words."
    if share <= LONG_SENTENCES:
        return good("sentences", "readability", told)
    return bad("sentences", "readability", "notice", told, f"Split them, this one first: “{max(long, key=len)[:160]}”")


def _paragraphs(page: PageParts) -> Iterator[AuditFinding]:
    long = [text for text in page.paragraphs if len(_WORD.findall(text)) > LONG_PARAGRAPH]
    if long:
        reason = f"{len(long)} paragraphs have more than {LONG_PARAGRAPH} words."
        yield bad("paragraphs", "readability", "notice", reason, f"Divide the one that begins “{long[0][:80]}…”")


def _sections(page: PageParts) -> Iterator[AuditFinding]:
    """Stretches of text without a heading."""
    stretches = [
        sum(len(_WORD.findall(one.text)) for one in group)
        for is_text, group in groupby(page.blocks, key=lambda one: not one.level)
        if is_text
    ]
    longest = max(stretches, default=0)
    if longest > BETWEEN_HEADINGS:
        fix = "Set a subheading at least every 300 words: people look for the part that is theirs."
        yield bad("sections", "readability", "notice", f"{longest} words stand without a subheading.", fix)


def _beginnings(sentences: list[str]) -> Iterator[AuditFinding]:
    firsts = [word.lower() for sentence in sentences if (word := next(iter(_WORD.findall(sentence)), ""))]
    runs = [(word, len(list(group))) for word, group in groupby(firsts)]
    word, length = max(runs, key=lambda run: run[1], default=("", 0))
    if length >= SAME_BEGINNINGS:
        reason = f"{length} sentences in a row begin with “{word}”."
        yield bad("beginnings", "readability", "notice", reason, "Begin one of them otherwise, or join two.")


def _ease(text: str) -> AuditFinding:
    ease = reading_ease(text)
    assert ease is not None
    if ease >= 60:
        return good("ease", "readability", f"Flesch reading ease {ease}: plain English.")
    kind = "fairly difficult" if ease >= 50 else "difficult" if ease >= 30 else "very difficult"
    fix = "Use shorter sentences and shorter words; 60 and more is plain English."
    return bad("ease", "readability", "notice" if ease >= 30 else "warning", f"Flesch {ease}: {kind}.", fix)


def _share(check: str, sentences: list[str], pattern: re.Pattern[str], bound: float, *, most: bool) -> AuditFinding:
    found = [sentence for sentence in sentences if pattern.search(sentence)]
    share = len(found) / len(sentences)
    if most:
        told = f"{share:.0%} of the sentences are passive."
        if share <= bound:
            return good(check, "readability", told)
        return bad(check, "readability", "notice", told, f"Say who does it, first here: “{found[0][:160]}”")
    told = f"{share:.0%} of the sentences say how they follow from others."
    if share >= bound:
        return good(check, "readability", told)
    return bad(check, "readability", "notice", told, "Join thoughts with words such as because, however, for example.")
