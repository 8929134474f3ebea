"""What readers' filters and readers themselves dislike in a mail: each with what to change."""

from __future__ import annotations

import re
from html import unescape
from typing import Final, Literal
from urllib.parse import urlsplit

from shared_layer.core.models import Model
from shared_layer.marketing.templates.links import fault_of, links_of

Severity = Literal["error", "warning", "hint"]
POINTS: Final[dict[Severity, int]] = {"error": 5, "warning": 2, "hint": 1}
CLIPPED_AT: Final = 102_400
LONGEST_SUBJECT: Final = 70
_SHOUTED: Final = re.compile(r"\b[A-Z]{4,}\b")
_PUSHY: Final = re.compile(
    r"\b(act now|100% free|risk[- ]free|winner|cash bonus|click here|no obligation|earn money|double your|guaranteed|"
    r"limited time|once in a lifetime|urgent|viagra|casino|miracle)\b",
    re.IGNORECASE,
)
_IMAGE: Final = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT: Final = re.compile(r'\salt="[^"]+"', re.IGNORECASE)
_ANCHOR: Final = re.compile(r'<a\b[^>]*?\shref="([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_MARKUP: Final = re.compile(r"<[^>]+>")
_SHOWN_HOST: Final = re.compile(r"^(?:https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/|$)", re.IGNORECASE)
_SHORTENERS: Final = frozenset({"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly"})


class TemplateFinding(Model):
    """Something to change, and how much it matters."""

    rule: str
    severity: Severity
    detail: str


def lint(subject: str, html: str, text: str, unsubscribe_url: str, postal_address: str) -> list[TemplateFinding]:
    """The findings, the weightiest first."""
    found = [*_subject(subject), *_size(html, text), *_pictures(html, text), *_links(html, unsubscribe_url)]
    if pushy := sorted({one.casefold() for one in _PUSHY.findall(f"{subject} {text}")}):
        found.append(_of("pushy_words", "warning", f"Filters know these words: {', '.join(pushy)}."))
    if not postal_address:
        found.append(_of("postal_address", "hint", "Many laws want a postal address in advertising mail: set one."))
    return sorted(found, key=lambda one: -POINTS[one.severity])


def spam_score(findings: list[TemplateFinding]) -> int:
    """0 to 10: what the findings weigh together."""
    return min(10, sum(POINTS[one.severity] for one in findings))


def _of(rule: str, severity: Severity, detail: str) -> TemplateFinding:
    return TemplateFinding(rule=rule, severity=severity, detail=detail)


def _subject(subject: str) -> list[TemplateFinding]:
    found = []
    if len(subject) > LONGEST_SUBJECT:
        found.append(_of("subject_length", "hint", f"{len(subject)} characters; readers show about {LONGEST_SUBJECT}."))
    if subject.count("!") > 1 or "$$" in subject or "!?" in subject:
        found.append(_of("subject_signs", "warning", "One exclamation mark is enough."))
    if len(_SHOUTED.findall(subject)) > 1 or (subject.isupper() and len(subject) > 8):
        found.append(_of("subject_capitals", "warning", "Capitals read as shouting, by people and by filters."))
    return found


def _size(html: str, text: str) -> list[TemplateFinding]:
    size, found = len(html.encode()), []
    if size > CLIPPED_AT:
        found.append(
            _of("size", "error", f"{size} bytes: Gmail cuts off behind {CLIPPED_AT}, unsubscribe link included.")
        )
    elif size > CLIPPED_AT * 3 // 4:
        found.append(_of("size", "hint", f"{size} bytes: Gmail cuts off behind {CLIPPED_AT}."))
    if len(text.strip()) < 20:
        found.append(
            _of("text", "warning", "There is hardly any text: filters and screen readers have nothing to read.")
        )
    return found


def _pictures(html: str, text: str) -> list[TemplateFinding]:
    pictures = _IMAGE.findall(html)
    found = []
    if without := sum(1 for one in pictures if not _ALT.search(one)):
        found.append(_of("alt_text", "warning", f"{without} of {len(pictures)} pictures have no alt text."))
    if pictures and len(text) < 100 * len(pictures):
        found.append(_of("picture_share", "hint", "Much picture, little text: add words beside the pictures."))
    return found


def _links(html: str, unsubscribe_url: str) -> list[TemplateFinding]:
    found = []
    links = links_of(html)
    if unsubscribe_url not in links:
        found.append(_of("unsubscribe", "error", "There is no unsubscribe link: put {{ unsubscribe_url }} into one."))
    for link in links:
        host = urlsplit(link).hostname if fault_of(link) is None else None
        if fault := fault_of(link):
            found.append(_of("link", "error", f"{link[:100]!r} cannot be followed: {fault}."))
        elif host in _SHORTENERS:
            found.append(_of("shortener", "warning", f"{host} hides where the link leads: link there directly."))
        elif link.startswith("http://") and link != unsubscribe_url:
            found.append(_of("insecure_link", "hint", f"{link[:100]} is not https."))
    for address, inside in _ANCHOR.findall(html):
        shown = _SHOWN_HOST.match(unescape(_MARKUP.sub("", inside)).strip())
        host = (
            (urlsplit(unescape(address)).hostname or "").removeprefix("www.") if not fault_of(unescape(address)) else ""
        )
        if shown and host and shown[1].casefold() != host:
            found.append(
                _of("link_text", "warning", f"It shows {shown[1]} and leads to {host}: that is what phishing does.")
            )
    return found
