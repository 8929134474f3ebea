"""What is checked: texts with the fields that they stand in, whatever they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared_layer.content.piece import CitedSource
from shared_layer.validation.finding import Span
from shared_layer.validation.markup import Page, Part, read_page

_ENDS: Final = ".!?:;…"


@dataclass(frozen=True, slots=True)
class Passage:
    """One text. `page` is its markup where it is HTML; `text` what a reader sees of it."""

    field: str
    source: str
    text: str
    page: Page | None = None

    def span(self, start: int, end: int) -> Span:
        """Where a part of the text stands in its field."""
        if self.page is not None:
            start, end = self.page.place(start, end)
        return Span(field=self.field, start=start, end=end)


@dataclass(frozen=True, slots=True)
class Link:
    """A link with where it stands."""

    url: str
    span: Span


@dataclass(frozen=True, slots=True)
class Material:
    """A text with all that its checks ask for. `web`: it is a page that search engines are to find."""

    passages: Sequence[Passage]
    locale: str = "en"
    title: str | None = None
    description: str | None = None
    keyphrase: str = ""
    web: bool = False
    extra_links: Sequence[Link] = ()
    sources: Sequence[CitedSource] = ()
    content_id: str | None = None
    has_own_title: bool = field(default=False)

    @property
    def text(self) -> str:
        """Everything that a reader sees."""
        return "\n".join(passage.text for passage in self.passages)

    @property
    def sentences(self) -> str:
        """The same for the formulas: a heading or an item of a list ends where its line ends."""
        lines = (" ".join(line.split()) for line in self.text.split("\n"))
        return "\n".join(line if line[-1] in _ENDS else f"{line}." for line in lines if line)

    @property
    def headings(self) -> list[tuple[Passage, Part]]:
        """The headings in their order."""
        return [(passage, part) for passage in self.passages if passage.page for part in passage.page.headings]

    @property
    def pictures(self) -> list[tuple[Passage, Part]]:
        """The pictures in their order."""
        return [(passage, part) for passage in self.passages if passage.page for part in passage.page.pictures]

    def links(self) -> Iterator[Link]:
        """Every link: those of the markup, then those that stand in fields of their own."""
        for passage in self.passages:
            for part in passage.page.links if passage.page else ():
                yield Link(part.value.strip(), Span(field=passage.field, start=part.start, end=part.end))
        yield from self.extra_links


def passage_of(name: str, source: str, html: bool) -> Passage:
    """A text in its field."""
    if not html:
        return Passage(name, source, source)
    page = read_page(source)
    return Passage(name, source, page.text, page)
