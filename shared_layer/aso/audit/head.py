"""What is shown of a page where it is found: title, description, language; and its headings, schema and images."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from shared_layer.aso.audit.finding import AuditFinding, Severity, bad, good
from shared_layer.aso.audit.page import PageParts

TITLE: Final = (30, 60)
DESCRIPTION: Final = (70, 156)


def head(page: PageParts) -> Iterator[AuditFinding]:
    """Findings about title, meta description, language and viewport."""
    yield _text("title", page.titles, TITLE, "critical")
    yield _text("description", page.descriptions, DESCRIPTION, "warning")
    if not page.language:
        fix = 'Write it into the html tag: <html lang="en">.'
        yield bad("language", "head", "notice", "The page does not say its language.", fix)
    if not page.viewport:
        fix = 'Add <meta name="viewport" content="width=device-width, initial-scale=1">.'
        yield bad("viewport", "head", "warning", "Telephones show the page as on a wide screen.", fix)
    if not {"og:title", "og:image"} <= page.open_graph:
        fix = "Add og:title, og:description and og:image: they are what is shown where somebody shares the page."
        yield bad("open_graph", "head", "notice", "It does not say how it is shown where it is shared.", fix)


def _text(name: str, texts: list[str], bounds: tuple[int, int], severity: Severity) -> AuditFinding:
    shortest, longest = bounds
    given = [text for text in texts if text]
    if not given:
        fix = f"Write one of {shortest} to {longest} characters that says what is here and for whom."
        return bad(name, "head", severity, f"There is no {name}.", fix)
    if len(given) > 1:
        return bad(name, "head", "warning", f"There are {len(given)} of {name}.", "Leave the best one.")
    length = len(given[0])
    if length > longest:
        fix = f"Shorten it to {longest} characters; what matters comes first."
        return bad(name, "head", "notice", f"Its {length} characters are cut off in results.", fix)
    if length < shortest:
        fix = f"There is room for {longest} characters: say what makes this page worth the click."
        return bad(name, "head", "notice", f"It has only {length} characters.", fix)
    return good(name, "head", f"{length} characters.")


def headings(page: PageParts) -> Iterator[AuditFinding]:
    """Findings about the first heading and the order of the others."""
    h1s = [text for text in page.h1s if text]
    if not h1s:
        fix = "Give the page one h1 that says what it is about."
        yield bad("h1", "headings", "warning", "There is no h1.", fix)
    elif len(h1s) > 1:
        fix = "Leave one h1 and make the others h2."
        yield bad("h1", "headings", "notice", f"There are {len(h1s)} h1: {'; '.join(h1s)[:120]}.", fix)
    else:
        yield good("h1", "headings", f"One h1: {h1s[0][:120]}.")
    for one, following in pairwise(page.headings):
        if following.level > one.level + 1:
            reason = f"h{following.level} “{following.text[:60]}” comes right after h{one.level}."
            yield bad("order", "headings", "notice", reason, f"Make it h{one.level + 1}: levels are not left out.")
            break
    if any(not one.text for one in page.headings):
        yield bad("empty", "headings", "notice", "A heading is empty.", "Fill it or take it out.")


def schema(page: PageParts) -> Iterator[AuditFinding]:
    """Findings about structured data (JSON-LD)."""
    import orjson

    kinds: list[str] = []
    for number, text in enumerate(page.schema, start=1):
        try:
            kinds += _kinds(orjson.loads(text))
        except orjson.JSONDecodeError as error:
            fix = "Mend the JSON: one mistake has the whole block passed over."
            yield bad("json_ld", "schema", "warning", f"Block {number} of JSON-LD cannot be read: {error}.", fix)
    if kinds:
        yield good("json_ld", "schema", f"Structured data: {', '.join(dict.fromkeys(kinds))[:200]}.")
    elif not page.schema:
        fix = "Say what the page is as JSON-LD (Article, Product, FAQPage, LocalBusiness …): https://schema.org."
        yield bad("json_ld", "schema", "notice", "There is no structured data.", fix)


def _kinds(value: Any, depth: int = 0) -> list[str]:
    if depth > 4:
        return []
    if isinstance(value, list):
        return [kind for item in value[:50] for kind in _kinds(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    kind = value.get("@type")
    own = [str(one) for one in (kind if isinstance(kind, list) else [kind]) if one]
    return own + _kinds(value.get("@graph"), depth + 1)


def images(page: PageParts) -> Iterator[AuditFinding]:
    """Findings about alternative texts; an empty one marks a decoration and is right."""
    missing = [source for source, alternative in page.images if alternative is None]
    if missing:
        share = len(missing) / len(page.images)
        shown = ", ".join(source[:80] for source in missing[:3])
        fix = 'Say in alt what the picture shows; alt="" where it is a decoration.'
        reason = f"{len(missing)} of {len(page.images)} images have no alt: {shown}."
        yield bad("alt", "images", "warning" if share > 0.3 else "notice", reason, fix)
    elif page.images:
        yield good("alt", "images", f"All {len(page.images)} images have an alt.")
