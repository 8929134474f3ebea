"""How well a page answers its keyphrase, as Yoast judges it: where the phrase stands, and how often.

Word forms count (`bean` and `beans`), and words of the phrase may stand apart within a sentence.
https://yoast.com/features/seo-analysis/ describes the assessments; the bounds are theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from shared_layer.aso.audit.finding import AuditFinding, bad, good
from shared_layer.aso.audit.page import PageParts
from shared_layer.aso.audit.sentences import sentences_of
from shared_layer.aso.phrase import core_of, normal, stem, words_of

LONGEST: Final = 4
DENSITY: Final = (0.005, 0.03)
HEADINGS: Final = (0.3, 0.75)
WORDS_AT_LEAST: Final = 100
FIRST_WORDS: Final = 120


class Keyphrase:
    """A phrase that is looked for by its stems."""

    def __init__(self, text: str) -> None:
        self.text = normal(text)
        self.stems = frozenset(stem(word) for word in words_of(text))
        self.core = frozenset(core_of(text))

    def within(self, text: str) -> bool:
        """Whether every word of the phrase that says something stands in `text`, in any form and order."""
        return self.core <= {stem(word) for word in words_of(text)}

    def exactly(self, text: str) -> bool:
        """Whether the phrase stands in `text` as it is."""
        return f" {self.text} " in f" {normal(text)} "

    def times(self, text: str) -> int:
        """How many sentences of `text` have it."""
        return sum(self.within(sentence) for sentence in sentences_of(text))


def keyphrase(page: PageParts, text: str) -> Iterator[AuditFinding]:
    """Findings about the phrase; nothing where it has no words."""
    phrase = Keyphrase(text)
    if not phrase.core:
        return
    if len(phrase.core) > LONGEST:
        fix = f"Choose at most {LONGEST} words that say something: longer ones are hardly searched."
        yield bad("length", "keyphrase", "notice", f"It has {len(phrase.core)} words that say something.", fix)
    yield _title(page, phrase)
    yield _where("description", page.description, phrase, "meta description")
    yield _where("h1", " ".join(page.h1s), phrase, "h1")
    opening = " ".join(" ".join(page.paragraphs).split()[:FIRST_WORDS])
    yield _where("opening", opening, phrase, "first paragraph")
    yield _slug(page, phrase)
    yield from _density(page, phrase)
    yield from _subheadings(page, phrase)
    yield from _images(page, phrase)
    rivals = [
        link.url for link in page.links if phrase.exactly(link.text) and link.url.rstrip("/") != page.url.rstrip("/")
    ]
    if rivals:
        fix = "Link there with other words: these are what this page is to be found for."
        yield bad("rival_link", "keyphrase", "warning", f"It links to {rivals[0][:120]} with its own keyphrase.", fix)


def _title(page: PageParts, phrase: Keyphrase) -> AuditFinding:
    if phrase.exactly(page.title):
        if normal(page.title).startswith(phrase.text):
            return good("title", "keyphrase", "The title begins with it.")
        fix = "Put it at the beginning, where it is read first."
        return bad("title", "keyphrase", "notice", "The title has it, but not at its beginning.", fix)
    if phrase.within(page.title):
        return good("title", "keyphrase", "The title has its words.")
    fix = f"Begin the title with “{phrase.text}”."
    return bad("title", "keyphrase", "warning", "The title does not have it.", fix)


def _where(check: str, text: str, phrase: Keyphrase, name: str) -> AuditFinding:
    if phrase.within(text):
        return good(check, "keyphrase", f"The {name} has it.")
    fix = f"Say “{phrase.text}”, or its words, in the {name}."
    return bad(check, "keyphrase", "notice" if check == "description" else "warning", f"The {name} lacks it.", fix)


def _slug(page: PageParts, phrase: Keyphrase) -> AuditFinding:
    path = re.sub(r"[-_/.]+", " ", unquote(urlsplit(page.url).path))
    if not page.url or path.strip() == "":
        return good("slug", "keyphrase", "There is no path to hold it.")
    if phrase.within(path):
        return good("slug", "keyphrase", "The address has it.")
    fix = "Have a new page's address say it; leave the address of one that ranks."
    return bad("slug", "keyphrase", "notice", "The address does not have it.", fix)


def _density(page: PageParts, phrase: Keyphrase) -> Iterator[AuditFinding]:
    text = "\n".join(page.paragraphs)
    count = len(text.split())
    if count < WORDS_AT_LEAST:
        return
    times = phrase.times(text)
    share, (least, most) = times / count, DENSITY
    told = f"It stands in {times} sentences of {count} words ({share:.1%})."
    if share < least:
        wanted = max(1, round(least * count))
        yield bad("density", "keyphrase", "warning", told, f"Say it in at least {wanted}, where it reads naturally.")
    elif share > most:
        fix = f"Say it in at most {int(most * count)}: it reads as made for machines."
        yield bad("density", "keyphrase", "warning", told, fix)
    else:
        yield good("density", "keyphrase", told)


def _subheadings(page: PageParts, phrase: Keyphrase) -> Iterator[AuditFinding]:
    subheadings = [one.text for one in page.headings if one.level in (2, 3)]
    if len(subheadings) < 2:
        return
    share, (least, most) = sum(map(phrase.within, subheadings)) / len(subheadings), HEADINGS
    told = f"{share:.0%} of the subheadings have it."
    if share > most:
        yield bad("subheadings", "keyphrase", "notice", told, "Let the others say what is below them.")
    elif share < least:
        yield bad("subheadings", "keyphrase", "notice", told, "Say it, or what means the same, in a third of them.")
    else:
        yield good("subheadings", "keyphrase", told)


def _images(page: PageParts, phrase: Keyphrase) -> Iterator[AuditFinding]:
    described = [alternative for _, alternative in page.images if alternative]
    if described and not any(map(phrase.within, described)):
        fix = "Say it in the alt of a picture that shows it."
        yield bad("alt", "keyphrase", "notice", "No image's alt has it.", fix)
