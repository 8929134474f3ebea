"""HTML mail as plain text: nothing is fetched, nothing runs, and pictures that only report that a mail was read are
counted and left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

SKIPPED: Final = frozenset({"script", "style", "head", "title", "noscript", "template", "svg", "object", "iframe"})
BLOCKS: Final = frozenset(
    {"p", "div", "br", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "section"}
    | {"article", "header", "footer", "blockquote", "address", "center", "dl", "dt", "dd"}
)
VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr", "source", "embed"})
DEPTH_LIMIT: Final = 500
_TINY: Final = re.compile(r"^\s*[01](px)?\s*$")
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:max-)?(?:width|height)\s*:\s*[01]px", re.I)
_TRACKERS: Final = re.compile(
    r"/(open|track|pixel|beacon|wf/open|o\.gif|e/o|trk|collect)\b|mailtrack|hubspot|mandrillapp"
)


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The text; how many pictures lay elsewhere, and how many of them were there to be counted."""

    text: str
    remote_images: int
    trackers: int


def text_of_html(html: str) -> HtmlText:
    """What a reader sees of an HTML body, quotes marked by `>`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in "".join(reader.told).split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return HtmlText(text, reader.remote, reader.trackers)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: list[str] = []
        self.remote = self.trackers = 0
        self._skipping = 0
        self._quotes: list[str] = []
        self._link = ""
        self._linked = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SKIPPED:
            self._skipping += 1
        elif tag == "img":
            self._picture(given)
        elif tag == "a":
            self._link, self._linked = given.get("href", ""), len(self.told)
        elif tag == "blockquote" or (tag == "div" and "gmail_quote" in given.get("class", "").split()):
            self._line()
            if tag == "blockquote" and len(self._quotes) < DEPTH_LIMIT:
                self._quotes.append(tag)
        elif tag in BLOCKS:
            self._line()
            self._say("- " if tag == "li" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag == "a":
            self._end_link()
        elif tag == "blockquote" and self._quotes:
            self._quotes.pop()
            self._line()
        elif tag in BLOCKS - VOID:
            self._line()
        elif tag in ("td", "th"):
            self._say(" ")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._say(re.sub(r"\s+", " ", data))

    def _picture(self, given: dict[str, str]) -> None:
        source = given.get("src", "")
        if not source.lower().startswith(("http:", "https:", "//")):
            return
        self.remote += 1
        tiny = _TINY.match(given.get("width", "9")) or _TINY.match(given.get("height", "9"))
        if tiny or _HIDDEN.search(given.get("style", "")) or _TRACKERS.search(source.lower()):
            self.trackers += 1

    def _end_link(self) -> None:
        label = "".join(self.told[self._linked :]).strip()
        address = self._link.removeprefix("mailto:")
        if self._link.lower().startswith(("http:", "https:")) and label and address not in label and len(address) < 200:
            self._say(f" <{address}>")
        self._link = ""

    def _say(self, text: str) -> None:
        if self._skipping or not text:
            return
        fresh = not self.told or self.told[-1].endswith("\n")
        if fresh and not text.strip():
            return
        if fresh and self._quotes:
            self.told.append("> " * len(self._quotes))
        self.told.append(text)

    def _line(self) -> None:
        if not self._skipping and self.told:
            self.told.append("\n")
