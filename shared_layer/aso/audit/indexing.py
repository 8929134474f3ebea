"""Whether a page can be found at all: its status, robots, canonical and hreflang.

https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag, …/consolidate-duplicate-urls,
https://developers.google.com/search/docs/specialty/international/localized-versions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from shared_layer.aso.audit.finding import AuditFinding, bad, good
from shared_layer.aso.audit.page import PageParts
from shared_layer.aso.graph import address
from shared_layer.core.addresses import readable

_CODE: Final = re.compile(r"x-default|[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?")
_WRONG_REGIONS: Final = frozenset({"uk", "eu", "un", "en"})


def indexing(page: PageParts, status: int | None) -> Iterator[AuditFinding]:
    """Findings about what search engines may do with the page."""
    if status is not None:
        yield _status(status)
    if page.url and urlsplit(page.url).scheme == "http":
        yield bad("https", "indexing", "warning", "The page is served without TLS.", "Serve it by https and redirect.")
    yield _robots(page)
    yield from _canonical(page)
    yield from _hreflang(page)


def _status(status: int) -> AuditFinding:
    if status == 200:
        return good("status", "indexing", "It answers 200.")
    fix = "Have the page answer 200, or redirect its address to the page that takes its place."
    return bad("status", "indexing", "critical", f"It answers {status}, which is not indexed.", fix)


def _robots(page: PageParts) -> AuditFinding:
    rules = {rule.strip() for told in page.robots for rule in re.split(r"[,:]", told)}
    if rules & {"noindex", "none"}:
        fix = "Take noindex out of the robots meta tag or the X-Robots-Tag header, if the page is to be found."
        return bad("robots", "indexing", "critical", "It forbids to be indexed (noindex).", fix)
    if "nofollow" in rules:
        fix = "Take nofollow out of the robots meta tag: it cuts off every page that this one links to."
        return bad("robots", "indexing", "warning", "None of its links may be followed (nofollow).", fix)
    return good("robots", "indexing", "It may be indexed, and its links followed.")


def _canonical(page: PageParts) -> Iterator[AuditFinding]:
    found = sorted(set(filter(None, page.canonicals)))
    if not found:
        fix = f'Add <link rel="canonical" href="{page.url or "https://…"}"> to the head.'
        yield bad("canonical", "indexing", "notice", "It names no canonical address.", fix)
    elif len(found) > 1:
        fix = "Leave one canonical: of several, none is believed."
        yield bad("canonical", "indexing", "warning", f"It names {len(found)} canonical addresses.", fix)
    elif not readable(found[0]):
        fix = "Write it with https:// and the host."
        yield bad("canonical", "indexing", "warning", f"Its canonical is no address: {found[0][:200]}.", fix)
    elif not urlsplit(found[0]).scheme:
        fix = f"Write it whole: {urljoin(page.url, found[0])}" if page.url else "Write it with https:// and the host."
        yield bad("canonical", "indexing", "notice", f"Its canonical address is relative: {found[0]}.", fix)
    elif page.url and address(found[0]) != address(page.url):
        fix = "Point it at this page itself, unless the other one is meant to be found in its place."
        yield bad("canonical", "indexing", "warning", f"It says that {found[0]} is the page to be found.", fix)
    else:
        yield good("canonical", "indexing", "It names itself as canonical.")


def _hreflang(page: PageParts) -> Iterator[AuditFinding]:
    if not page.hreflang:
        return
    codes = [code for code, _ in page.hreflang]
    wrong = sorted({code for code in codes if not _CODE.fullmatch(code) or code.rpartition("-")[2] in _region(code)})
    if wrong:
        fix = "Use ISO 639-1 languages and ISO 3166-1 regions, such as en-GB."
        yield bad("hreflang", "indexing", "warning", f"hreflang has codes that are none: {', '.join(wrong[:5])}.", fix)
    double = sorted({code for code in codes if codes.count(code) > 1})
    if double:
        fix = "Name one address for each language."
        yield bad("hreflang", "indexing", "warning", f"hreflang names {', '.join(double[:5])} more than once.", fix)
    addresses = {address(urljoin(page.url, href)) for _, href in page.hreflang if readable(href)}
    if page.url and address(page.url) not in addresses:
        fix = (
            f'Add <link rel="alternate" hreflang="{page.language or "…"}" href="{page.url}">: the set must name itself.'
        )
        yield bad("hreflang", "indexing", "warning", "hreflang does not name this page itself.", fix)
    if "x-default" not in codes:
        fix = "Add an x-default for whoever speaks none of them."
        yield bad("hreflang", "indexing", "notice", "hreflang has no x-default.", fix)
    elif not wrong and not double:
        yield good("hreflang", "indexing", f"hreflang names {len(codes)} versions.")


def _region(code: str) -> frozenset[str]:
    """Regions that people write and that are none, where the code has one."""
    return _WRONG_REGIONS if "-" in code and not code.startswith("x-") else frozenset()
