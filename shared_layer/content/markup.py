"""The HTML that a piece may hold: what a text needs, and nothing that runs in a reader's browser.

It is not cleaned in silence: a piece that holds more is refused, with what and where, so that what is stored is what
its author wrote. After the WHATWG sanitizer's default lists, without forms and frames.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Annotated, Final

from pydantic import AfterValidator, Field

_TAGS_NAMES: Final = (
    "a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp rt ruby "
    "s samp section small source span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr"
)
TAGS: Final = frozenset(_TAGS_NAMES.split())
_ATTRIBUTES_NAMES: Final = (
    "href src alt title width height class id lang dir cite datetime colspan rowspan scope start reversed srcset "
    "sizes media type rel target open value loading"
)
ATTRIBUTES: Final = frozenset(_ATTRIBUTES_NAMES.split())
_ADDRESSES: Final = frozenset({"href", "src", "cite", "srcset"})
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:")
_SAFE: Final = ("http:", "https:", "mailto:", "tel:")
_BLANK: Final = re.compile(r"[\x00-\x20\u00a0]+")
LONGEST: Final = 150_000


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.refused: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        if tag not in TAGS:
            self.refused.append(f"line {line}: <{tag[:20]}>")
        for name, value in attrs:
            if name not in ATTRIBUTES and not re.fullmatch(r"(data|aria)-[a-z-]{1,40}", name):
                self.refused.append(f"line {line}: {name[:20]}= in <{tag[:20]}>")
            elif name in _ADDRESSES and not _safe(value or ""):
                self.refused.append(f"line {line}: the address in {name}= of <{tag[:20]}>")

    def handle_decl(self, decl: str) -> None:
        self.refused.append(f"line {self.getpos()[0]}: <!{decl[:20]}>")

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)


def _safe(address: str) -> bool:
    """Whether a browser would follow it to a page, a mail or a telephone; relative ones are."""
    found = _SCHEME.match(_BLANK.sub("", address).lower())
    return found is None or found[0] in _SAFE


def refused_in(html: str) -> list[str]:
    """What a piece may not hold, each with its line."""
    checker = _Checker()
    checker.feed(html)
    left = checker.rawdata.lstrip()
    checker.close()
    if left.startswith(("<script", "<style", "<!")):
        checker.refused.append("the end: markup that is not closed")
    return checker.refused


def _checked(html: str) -> str:
    if found := refused_in(html):
        raise ValueError("this markup is not taken: " + "; ".join(found[:5]) + ". Take it out, or write it as text.")
    return html


Html = Annotated[
    str,
    Field(max_length=LONGEST, examples=["<p>Bread that rises slowly tastes of more.</p>"]),
    AfterValidator(_checked),
]
"""A text with markup: paragraphs, headings, lists, tables, links and pictures."""
