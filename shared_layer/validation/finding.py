"""A finding: what is wrong, where, why, and what to do about it."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from pydantic import Field

from shared_layer.core.models import Model

Suite = Literal["readability", "seo", "brand", "pii", "links", "duplicates", "claims"]
Severity = Literal["error", "warning", "info"]
SUITES: Final[tuple[Suite, ...]] = ("readability", "seo", "brand", "pii", "links", "duplicates", "claims")

RULES: Final[dict[str, Severity]] = {
    "readability.hard_text": "warning",
    "readability.long_sentence": "info",
    "readability.long_paragraph": "info",
    "seo.title_missing": "error",
    "seo.title_length": "info",
    "seo.description_missing": "warning",
    "seo.description_length": "info",
    "seo.several_h1": "warning",
    "seo.heading_skipped": "warning",
    "seo.image_without_alt": "warning",
    "seo.keyphrase_not_in_title": "warning",
    "seo.keyphrase_not_in_introduction": "info",
    "seo.keyphrase_not_in_headings": "info",
    "seo.keyphrase_density": "warning",
    "seo.thin": "info",
    "brand.banned": "error",
    "brand.required": "error",
    "brand.spelling": "warning",
    "pii.email": "error",
    "pii.phone": "error",
    "pii.iban": "error",
    "pii.card": "error",
    "pii.ssn": "error",
    "pii.ip_address": "warning",
    "pii.secret": "error",  # pragma: allowlist secret
    "links.malformed": "error",
    "links.insecure": "info",
    "links.broken": "error",
    "links.blocked": "info",
    "links.refused": "error",
    "duplicates.near_duplicate": "error",
    "claims.number_unsupported": "error",
    "claims.quote_unsupported": "error",
    "claims.uncited": "info",
}
"""Every rule with the severity that it has where a ruleset says nothing. An error fails a validation."""


class Span(Model):
    """Where: `start` and `end` count characters of the field as it was given, markup included."""

    field: str
    start: int
    end: int


class Finding(Model):
    """One finding. `id` is the same for the same finding in a later version, so that a waiver goes on holding."""

    id: str = ""
    suite: Suite
    rule: str
    severity: Severity
    reason: str
    fix: str
    span: Span | None = None
    excerpt: str | None = Field(default=None, description="What is there; of personal data only the beginning.")
    waived: bool = False

    @property
    def fails(self) -> bool:
        """Whether it alone fails a validation."""
        return self.severity == "error" and not self.waived


def named(findings: list[Finding]) -> list[Finding]:
    """The findings with their ids: by rule, field and words, and by their number where the same comes again."""
    seen: dict[str, int] = {}
    for finding in findings:
        field = finding.span.field if finding.span else ""
        told = f"{finding.rule}\0{field}\0{(finding.excerpt or '').casefold()}"
        seen[told] = seen.get(told, 0) + 1
        finding.id = "fnd_" + hashlib.sha256(f"{told}\0{seen[told]}".encode()).hexdigest()[:20]
    return findings


def excerpt_of(text: str, start: int, end: int, most: int = 120) -> str:
    """The words of a span, shortened."""
    found = " ".join(text[start:end].split())
    return found if len(found) <= most else found[: most - 1] + "…"
