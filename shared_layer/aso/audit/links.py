"""A page's links: whether it leads on, and with words that say where to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shared_layer.aso.audit.finding import AuditFinding, bad, good
from shared_layer.aso.audit.page import PageParts
from shared_layer.aso.phrase import normal

EMPTY_WORDS: Final = frozenset(
    {
        "click here",
        "here",
        "read more",
        "more",
        "learn more",
        "this",
        "link",
        "this page",
        "hier",
        "mehr",
        "weiterlesen",
    }
)
INSIDE_AT_LEAST: Final = 2
ALL_AT_MOST: Final = 300


def links(page: PageParts) -> Iterator[AuditFinding]:
    """Findings about links within the site and out of it."""
    inside = [link for link in page.links if link.inside]
    outside = [link for link in page.links if not link.inside]
    if len({link.url for link in inside}) < INSIDE_AT_LEAST:
        fix = "Link to the hub of its topic and to one or two pages that go on from here."
        yield bad("inside", "links", "warning", f"It links to {len(inside)} page(s) of its own site.", fix)
    else:
        yield good("inside", "links", f"{len(inside)} links within the site, {len(outside)} out of it.")
    empty = [link for link in page.links if normal(link.text) in EMPTY_WORDS]
    if empty:
        fix = "Let the words say what is there: the target's own keyword is the best anchor."
        yield bad("words", "links", "notice", f"{len(empty)} links say only “{empty[0].text[:40]}”.", fix)
    silent = [link for link in page.links if not link.text]
    if silent:
        fix = "Give the link words, or its image an alt."
        yield bad("silent", "links", "notice", f"{len(silent)} links have no words: {silent[0].url[:120]}.", fix)
    closed = [link for link in inside if link.nofollow]
    if closed:
        fix = "Take rel=nofollow off links to your own pages."
        yield bad("nofollow", "links", "warning", f"{len(closed)} links to its own site are nofollow.", fix)
    plain = [link for link in inside if link.url.startswith("http://")]
    if page.url.startswith("https://") and plain:
        yield bad("plain", "links", "notice", f"{len(plain)} links to its own site are http.", "Link to https.")
    if len(page.links) > ALL_AT_MOST:
        fix = "Leave out what nobody follows: each link takes weight from the others."
        yield bad("many", "links", "notice", f"It has {len(page.links)} links.", fix)
