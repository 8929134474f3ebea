"""Will it be found: title, description, headings, pictures, keyphrase.

The bounds are Yoast's: a title of 30 to 60 characters, a description of 120 to 156, a keyphrase in title, introduction
and headings and in .5 to 3 % of the text. https://yoast.com/help/yoast-seo-content-analysis/
"""

from __future__ import annotations

from typing import Final

from shared_layer.storage.words import words_of
from shared_layer.validation.finding import Span
from shared_layer.validation.judge import Judge
from shared_layer.validation.material import Material

TITLE: Final = (30, 60)
DESCRIPTION: Final = (120, 156)
DENSITY: Final = (0.5, 3.0)
INTRODUCTION: Final = 100
COUNTED_FROM: Final = 100
"""Words that a text has before a density says anything."""


def check(material: Material, judge: Judge) -> None:
    """Say what keeps a page from being found; of what is no page only its pictures are looked at."""
    _pictures(material, judge)
    if not material.web:
        return
    _head(material, judge)
    _headings(material, judge)
    words = words_of(material.text)
    if len(words) < judge.ruleset.min_words:
        reason = f"The page has {len(words)} words where {judge.ruleset.min_words} are asked for."
        judge.say("seo.thin", reason, "Answer more of what a visitor asks, or join it to another page.")
    if material.keyphrase:
        _keyphrase(material, words, judge)


def _head(material: Material, judge: Judge) -> None:
    title, description = (material.title or "").strip(), (material.description or "").strip()
    if not title:
        judge.say("seo.title_missing", "The page has no title.", "Give it one of 30 to 60 characters.")
    elif not TITLE[0] <= len(title) <= TITLE[1]:
        reason = f"The title has {len(title)} characters; results show {TITLE[0]} to {TITLE[1]}."
        judge.say(
            "seo.title_length", reason, "Begin with the keyphrase, and say what is different here.", excerpt=title
        )
    if not description:
        reason = "The page has no description: search engines choose a passage by themselves."
        judge.say("seo.description_missing", reason, "Say in 120 to 156 characters what a visitor gets.")
    elif not DESCRIPTION[0] <= len(description) <= DESCRIPTION[1]:
        reason = (
            f"The description has {len(description)} characters; results show {DESCRIPTION[0]} to {DESCRIPTION[1]}."
        )
        judge.say("seo.description_length", reason, "Shorten it, or add a reason to click.", excerpt=description[:120])


def _headings(material: Material, judge: Judge) -> None:
    headings = material.headings
    first = [(passage, part) for passage, part in headings if part.level == 1]
    for passage, part in first if material.has_own_title else first[1:]:
        judge.say(
            "seo.several_h1",
            "The title is the page's h1; this is another one." if material.has_own_title else "This is a second h1.",
            "Make it an h2.",
            span=Span(field=passage.field, start=part.start, end=part.end),
            excerpt=part.text.strip()[:120],
        )
    former = 1 if material.has_own_title else 0
    for passage, part in headings:
        if former and part.level > former + 1:
            judge.say(
                "seo.heading_skipped",
                f"An h{part.level} follows an h{former}: a level is skipped.",
                f"Make it an h{former + 1}.",
                span=Span(field=passage.field, start=part.start, end=part.end),
                excerpt=part.text.strip()[:120],
            )
        former = part.level


def _pictures(material: Material, judge: Judge) -> None:
    for passage, part in material.pictures:
        if part.missing:
            judge.say(
                "seo.image_without_alt",
                "This picture has no alternative text: who does not see it learns nothing of it (WCAG 2.2, 1.1.1).",
                'Describe it in alt="…"; write alt="" where it only decorates.',
                span=Span(field=passage.field, start=part.start, end=part.end),
                excerpt=part.value[:120],
            )


def _keyphrase(material: Material, words: list[str], judge: Judge) -> None:
    asked, phrase = words_of(material.keyphrase), material.keyphrase
    if not asked:
        return
    if not _holds(words_of(material.title or ""), asked):
        reason = f"The title does not hold the keyphrase “{phrase}”."
        judge.say("seo.keyphrase_not_in_title", reason, "Begin the title with it.")
    if not _holds(words[:INTRODUCTION], asked):
        reason = f"The first {INTRODUCTION} words do not hold the keyphrase."
        judge.say("seo.keyphrase_not_in_introduction", reason, "Say in the first paragraph what the page is about.")
    headings = [part.text for _, part in material.headings]
    if headings and not any(_holds(words_of(text), asked) for text in headings):
        judge.say("seo.keyphrase_not_in_headings", "No heading holds the keyphrase.", "Use it in one, where it fits.")
    if len(words) >= COUNTED_FROM:
        count = sum(words[at : at + len(asked)] == asked for at in range(len(words)))
        share = 100 * count * len(asked) / len(words)
        if not DENSITY[0] <= share <= DENSITY[1]:
            often = "too seldom" if share < DENSITY[0] else "too often"
            reason = f"The keyphrase comes {count} times, {share:.1f} % of the text: {often}."
            judge.say("seo.keyphrase_density", reason, f"Aim at {DENSITY[0]:g} to {DENSITY[1]:g} %.")


def _holds(words: list[str], asked: list[str]) -> bool:
    """Whether all words asked for are there, together or apart."""
    return set(asked) <= set(words)
