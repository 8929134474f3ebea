"""HTML read for its checks: what a reader sees, each character with its place in the source, and the page's parts."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_SKIPPED: Final = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe", "object"})
_BLOCKS_NAMES: Final = (
    "p div br li tr h1 h2 h3 h4 h5 h6 blockquote pre section article header footer main aside figcaption td th dd "
    "dt hr ul ol table address nav form"
)
_BLOCKS: Final = frozenset(_BLOCKS_NAMES.split())
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Part:
    """A heading (`level` 1 to 6), a link or a picture: its value, its text, and where it begins and ends."""

    start: int
    end: int
    value: str = ""
    text: str = ""
    level: int = 0
    missing: bool = False


@dataclass(slots=True)
class Page:
    """Markup, read. `text[i]` stands at `places[i]` of the source."""

    text: str = ""
    places: list[int] = field(default_factory=list)
    title: str | None = None
    description: str | None = None
    headings: list[Part] = field(default_factory=list)
    links: list[Part] = field(default_factory=list)
    pictures: list[Part] = field(default_factory=list)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the text stands in the source."""
        if not self.places:
            return 0, 0
        first = self.places[min(start, len(self.places) - 1)]
        return first, max(first, self.places[min(max(start, end - 1), len(self.places) - 1)] + 1)


def read_page(source: str) -> Page:
    """The page that some HTML is. It never fails: browsers do not either."""
    reader = _Reader(source)
    reader.feed(source)
    reader.close()
    reader.page.text = "".join(reader.letters)
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.page = Page()
        self.letters: list[str] = []
        self._starts = [0] + [position + 1 for position, sign in enumerate(source) if sign == "\n"]
        self._skipping = 0
        self._in_title = False
        self._open: list[Part] = []

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        start = self._offset()
        end = start + len(self.get_starttag_text() or "")
        if tag == "title":
            self._in_title = True
        elif tag == "meta" and given.get("name", "").lower() == "description":
            self.page.description = given.get("content", "")
        if tag in _SKIPPED:
            self._skipping += 1
        if tag in _BLOCKS:
            self._add("\n", start)
        if tag == "img":
            self.page.pictures.append(
                Part(start, end, given.get("src", ""), given.get("alt", ""), 0, "alt" not in given)
            )
        elif tag == "a" and "href" in given:
            self._begin(self.page.links, Part(start, end, given["href"]))
        elif tag in _HEADINGS:
            self._begin(self.page.headings, Part(start, end, level=int(tag[1])))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        if tag in _BLOCKS:
            self._add("\n", self._offset())
        if tag == "a" or tag in _HEADINGS:
            self._open = [part for part in self._open if (part.level > 0) == (tag == "a")]

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title = (self.page.title or "") + data
        if not self._skipping:
            start = self._offset()
            self._tell(data, range(start, start + len(data)))

    def handle_entityref(self, name: str) -> None:
        self._referred(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._referred(f"&#{name};")

    def _referred(self, reference: str) -> None:
        told = html.unescape(reference)
        if self._in_title:
            self.page.title = (self.page.title or "") + told
        if not self._skipping:
            self._tell(told, [self._offset()] * len(told))

    def _tell(self, told: str, places: range | list[int]) -> None:
        self.letters.append(told)
        self.page.places += places
        for part in self._open:
            part.text += told

    def _add(self, sign: str, place: int) -> None:
        if not self._skipping:
            self._tell(sign, [place])

    def _begin(self, kept: list[Part], part: Part) -> None:
        if len(kept) < 2_000:
            kept.append(part)
            self._open.append(part)
