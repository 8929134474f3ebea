"""A page taken apart: everything that the checks look at, read from its HTML once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

TEXT_AT_MOST: Final = 200_000
LINKS_AT_MOST: Final = 2000
_SPACE: Final = re.compile(r"\s+")
_CHARSET: Final = re.compile(rb"charset=[\"']?([\w-]{2,40})", re.IGNORECASE)
_BLOCKS: Final = "p, li, h1, h2, h3, h4, h5, h6, td, th, dd, dt, blockquote, figcaption, pre"
_APART: Final = ["script", "style", "noscript", "template", "svg", "iframe", "nav", "header", "footer", "aside", "form"]


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a web page: `inside` the site or not, with its words."""

    url: str
    text: str
    inside: bool
    nofollow: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph, in the page's order; `level` is 1 to 6 for headings, 0 for text."""

    level: int
    text: str


@dataclass(slots=True)
class PageParts:
    """What a page has. `url` is where it was found, empty where only its HTML is known; lists are in its order."""

    url: str = ""
    language: str = ""
    titles: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    canonicals: list[str] = field(default_factory=list)
    robots: list[str] = field(default_factory=list)
    viewport: bool = False
    hreflang: list[tuple[str, str]] = field(default_factory=list)
    open_graph: set[str] = field(default_factory=set)
    schema: list[str] = field(default_factory=list)
    headings: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    images: list[tuple[str, str | None]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title that counts: the first."""
        return self.titles[0] if self.titles else ""

    @property
    def description(self) -> str:
        """The meta description that counts: the first."""
        return self.descriptions[0] if self.descriptions else ""

    @property
    def paragraphs(self) -> list[str]:
        """The page's text without its headings."""
        return [one.text for one in self.blocks if not one.level]

    @property
    def h1s(self) -> list[str]:
        """Headings of the first level."""
        return [one.text for one in self.headings if one.level == 1]


def decoded(body: bytes, content_type: str) -> str:
    """HTML as text: by the header's charset, else by the one that the page names, else UTF-8."""
    declared = _CHARSET.search(content_type.encode("latin-1", "replace")) or _CHARSET.search(body[:2048])
    name = declared[1].decode() if declared else "utf-8"
    try:
        return body.decode(name, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def read_page(html: str, url: str = "", headers: Mapping[str, str] | None = None) -> PageParts:
    """The parts of a page. Nothing in it is run, followed or fetched."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    for node in tree.css("br"):
        node.insert_before(" ")
    page = PageParts(url=url)
    _head(tree, page)
    if told := (headers or {}).get("x-robots-tag"):
        page.robots.append(told.lower())
    page.images = [(_of(node, "src"), node.attributes.get("alt")) for node in tree.css("img")]
    page.links = _links(tree, url)
    page.schema = [node.text(deep=True) for node in tree.css('script[type="application/ld+json"]')]
    page.headings = [Block(int(str(node.tag)[1]), _text(node)) for node in tree.css("h1, h2, h3, h4, h5, h6")]
    tree.strip_tags(_APART)
    page.blocks = _blocks(tree)
    return page


def _head(tree: LexborHTMLParser, page: PageParts) -> None:
    root = tree.css_first("html")
    page.language = _of(root, "lang") if root else ""
    page.titles = [_text(node) for node in tree.css("title") if node.parent is None or node.parent.tag != "svg"]
    for node in tree.css("meta"):
        name, content = _of(node, "name").lower(), _of(node, "content")
        if name == "description":
            page.descriptions.append(content)
        elif name in ("robots", "googlebot"):
            page.robots.append(content.lower())
        elif name == "viewport":
            page.viewport = True
        elif content and (declared := _of(node, "property").lower()).startswith("og:"):
            page.open_graph.add(declared)
    for node in tree.css("link"):
        kinds = _of(node, "rel").lower().split()
        if "canonical" in kinds:
            page.canonicals.append(_of(node, "href"))
        elif "alternate" in kinds and _of(node, "hreflang"):
            page.hreflang.append((_of(node, "hreflang").lower(), _of(node, "href")))


def _links(tree: LexborHTMLParser, url: str) -> list[Link]:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    found: list[Link] = []
    for node in tree.css("a[href]")[:LINKS_AT_MOST]:
        address = _absolute(url, _of(node, "href"))
        if address is None:
            continue
        own = (urlsplit(address).hostname or "").removeprefix("www.")
        image = node.css_first("img")
        words = _text(node) or (_of(image, "alt") if image else "")
        found.append(Link(address, words, not own or own == host, "nofollow" in _of(node, "rel").lower()))
    return found


def _absolute(url: str, href: str) -> str | None:
    """A link's whole address without its fragment; None for what leads to no page."""
    if not href or href.startswith("#"):
        return None
    try:
        address = urljoin(url, href)
        scheme = urlsplit(address).scheme
    except ValueError:
        return None
    return address.partition("#")[0][:2000] if scheme in ("http", "https", "") else None


def _blocks(tree: LexborHTMLParser) -> list[Block]:
    """Headings and texts of the main part, each once: a block within another is left to the inner one."""
    blocks, length = list[Block](), 0
    for node in tree.css(_BLOCKS):
        if any(inner.mem_id != node.mem_id for inner in node.css("p, li, td, dd, blockquote")):
            continue
        text = _text(node)
        length += len(text)
        if length > TEXT_AT_MOST:
            break
        if text:
            tag = str(node.tag)
            blocks.append(Block(int(tag[1]) if re.fullmatch("h[1-6]", tag) else 0, text))
    return blocks


def _of(node: LexborNode | Any, name: str) -> str:
    return str(node.attributes.get(name) or "").strip()


def _text(node: LexborNode | Any) -> str:
    return _SPACE.sub(" ", node.text(deep=True)).strip()
