"""A piece's texts: as plain words for its search, and field by field for whoever checks them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from shared_layer.content.body import BlogBody, Body, EmailBody, LandingBody

_BLOCKS_NAMES: Final = "p div br li tr h1 h2 h3 h4 h5 h6 blockquote pre section article figcaption td th dd dt hr"
_BLOCKS: Final = frozenset(_BLOCKS_NAMES.split())


@dataclass(frozen=True, slots=True)
class FieldText:
    """One text of a piece: where it stands (`body.sections.2.html`), and whether it is markup."""

    field: str
    text: str
    html: bool


def fields_of(body: Body) -> list[FieldText]:
    """The texts of a body, in the order in which they are read."""
    return list(_fields(body))


def _fields(body: Body) -> Iterator[FieldText]:
    if isinstance(body, BlogBody):
        yield FieldText("body.html", body.html, html=True)
    elif isinstance(body, LandingBody):
        yield FieldText("body.headline", body.headline, html=False)
        for number, section in enumerate(body.sections):
            yield FieldText(f"body.sections.{number}.heading", section.heading, html=False)
            yield FieldText(f"body.sections.{number}.html", section.html, html=True)
        yield FieldText("body.call_to_action.label", body.call_to_action.label, html=False)
    elif isinstance(body, EmailBody):
        yield FieldText("body.subject", body.subject, html=False)
        yield FieldText("body.preheader", body.preheader, html=False)
        yield FieldText("body.html", body.html, html=True)
    else:
        yield FieldText("body.text", body.text, html=False)


def addresses_in(body: Body) -> list[str]:
    """Every address that a body's links lead to."""
    reader = _Reader()
    for one in fields_of(body):
        if one.html:
            reader.feed(one.text)
    reader.close()
    own = [body.call_to_action.url] if isinstance(body, LandingBody) else []
    return [*reader.addresses, *own]


def plain(html: str) -> str:
    """What a reader sees of some markup: blocks on lines of their own."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(line for line in (" ".join(part.split()) for part in "".join(reader.told).split("\n")) if line)


def plain_text(body: Body) -> str:
    """All that a reader sees of a body."""
    return "\n".join(plain(one.text) if one.html else one.text for one in fields_of(body) if one.text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.told.append("\n")
        self.addresses += [value.strip() for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])

    def handle_data(self, data: str) -> None:
        self.told.append(data.replace("\n", " "))
