"""The plain part of a mail, made from its HTML: paragraphs, lists, and each link with its address."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "center"}
)
_UNSEEN: Final = frozenset({"head", "style", "script", "title"})
_SPACES: Final = re.compile(r"[ \t\r\f\v\u00a0\u200b\u200c\u034f]+")
_BLANK: Final = re.compile(r"\n{3,}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "img" and given.get("alt"):
            self.pieces.append(str(given["alt"]))
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self.pieces)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "a" and self._links:
            address, begin = self._links.pop()
            words = "".join(self.pieces[begin:]).strip()
            if address.startswith("http") and words != address:
                self.pieces.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data.replace("\n", " "))


def plain_text(html: str) -> str:
    """The text of an HTML mail."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(reader.pieces).split("\n"))
    return _BLANK.sub("\n\n", "\n".join(lines)).strip()
