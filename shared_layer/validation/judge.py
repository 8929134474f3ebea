"""What a check says its findings to: the ruleset's severity is put on them, what is off is dropped."""

from __future__ import annotations

from typing import Final, cast

from shared_layer.validation.finding import Finding, Severity, Span, Suite, excerpt_of
from shared_layer.validation.material import Passage
from shared_layer.validation.ruleset import RulesetDraft, severity_of

MOST: Final = 300
"""Findings that are kept of one validation; how many more there were is told."""


class Judge:
    """Collects the findings of one validation."""

    def __init__(self, ruleset: RulesetDraft) -> None:
        self.ruleset = ruleset
        self.findings: list[Finding] = []
        self.left_out = 0

    def say(
        self,
        rule: str,
        reason: str,
        fix: str,
        *,
        span: Span | None = None,
        excerpt: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Keep a finding of `rule`; `severity` is the finding's own, where the rule has no say in it."""
        weight = severity_of(self.ruleset, rule)
        if weight is None:
            return
        if len(self.findings) >= MOST:
            self.left_out += 1
            return
        suite = cast("Suite", rule.partition(".")[0])
        self.findings.append(
            Finding(
                suite=suite, rule=rule, severity=severity or weight, reason=reason, fix=fix, span=span, excerpt=excerpt
            )
        )

    def point(self, rule: str, passage: Passage, start: int, end: int, reason: str, fix: str) -> None:
        """Keep a finding at a place of a passage's text."""
        self.say(rule, reason, fix, span=passage.span(start, end), excerpt=excerpt_of(passage.text, start, end))
