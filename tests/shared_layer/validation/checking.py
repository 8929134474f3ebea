"""A text through one suite, without a platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared_layer.content.piece import CitedSource
from shared_layer.validation.finding import Finding
from shared_layer.validation.judge import Judge
from shared_layer.validation.material import Material, passage_of
from shared_layer.validation.ruleset import RulesetDraft


def findings(
    check: Callable[[Material, Judge], Any], text: str, *, html: bool = False, rules: Any = None, **material: Any
) -> list[Finding]:
    """What a suite says of a text; each span must point at its excerpt."""
    judge = Judge(RulesetDraft.model_validate(rules or {}))
    sources = [CitedSource(title="s", quote=quote) for quote in material.pop("sources", [])]
    check(Material(passages=[passage_of("text", text, html)], web=html, sources=sources, **material), judge)
    return judge.findings


def marked(text: str, found: list[Finding]) -> list[tuple[str, str]]:
    """Each finding's rule with the words that its span marks in the source."""
    return [(one.rule, text[one.span.start : one.span.end] if one.span else "") for one in found]
