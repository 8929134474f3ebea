"""How hard a prompt is: the design document's `is_complex`, with its indicators spelled out.

Each indicator found adds its weight; at `COMPLEX` or more a prompt is complex. Only what the user wrote counts: a
system prompt is the same for easy and hard questions, and earlier answers are the model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.ai.providers.tokens import text_of

COMPLEX: Final = 0.5
LONG_WORDS: Final = 150
VERY_LONG_WORDS: Final = 400
LONG_CONVERSATION: Final = 8


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ANALYSIS: Final = _words(
    "analyse analyze analysis analyzing analysing architect architecture assess assessment compare comparing"
    " comparison comprehensive contrast critique derive design designing diagnose diagnosis evaluate"
    " evaluating evaluation forecast forecasting implications in-depth investigate investigation justify"
    " optimise optimize optimisation optimization recommend recommendation recommendations research roadmap"
    " strategic strategies strategy synthesise synthesize trade-off trade-offs tradeoff tradeoffs"
)
_CODE: Final = _words(
    "algorithm compile compiler debug javascript kotlin python refactor regex rust segfault sql stacktrace traceback"
    " typescript unittest"
)
_MATHS: Final = _words(
    "bayesian derivative eigenvalue eigenvalues integral lemma logarithm matrices matrix modulo polynomial probability"
    " proof prove theorem variance"
)
_WORD: Final = re.compile(r"[a-z][a-z-]{2,}")
_CODE_MARK: Final = re.compile(r"```|^\s*(?:def |class |import |#include|func |public |select .+ from)", re.MULTILINE)
_MATHS_MARK: Final = re.compile(
    r"\\(?:frac|int|sum|sqrt)|[∑∫√≤≥∂]|[a-z0-9)]\s?\^\s?[a-z0-9({]|\d\s?[*×÷/]\s?\d+\s?[-+*×÷/]"
)
_STEPS: Final = re.compile(
    r"step[- ]by[- ]step|multi-step|first\b[^\n]+\bthen\b|(?:^\s*(?:\d+[.)]|[-*])\s[^\n]+\n){3}", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Complexity:
    """`score` from 0 to 1, and a reason for each part of it."""

    score: float
    reasons: tuple[str, ...]

    @property
    def complex(self) -> bool:
        """Whether the prompt goes to a strong model."""
        return self.score >= COMPLEX


def analyse(body: Mapping[str, Any]) -> Complexity:
    """The complexity of an OpenAI chat body. Reads the last 16 KiB of the last question."""
    messages = body["messages"]
    asked = [message for message in messages if message.get("role") == "user"]
    last = text_of(asked[-1])[-16_384:].lower() if asked else ""
    found = [*_size(asked, messages), *_content(last), *_form(body)]
    score = round(min(1.0, sum(weight for weight, _ in found)), 2)
    return Complexity(score, tuple(reason for _, reason in found) or ("a short, plain prompt",))


def _size(asked: list[Mapping[str, Any]], messages: list[Mapping[str, Any]]) -> list[tuple[float, str]]:
    words = sum(text_of(message).count(" ") + 1 for message in asked)
    found = []
    if words > VERY_LONG_WORDS:
        found.append((0.5, f"very long: {words} words"))
    elif words > LONG_WORDS:
        found.append((0.25, f"long: {words} words"))
    if len(messages) > LONG_CONVERSATION:
        found.append((0.25, f"a conversation of {len(messages)} messages"))
    return found


def _content(text: str) -> list[tuple[float, str]]:
    found = []
    words = dict.fromkeys(_WORD.findall(text))
    if code := _quoted(words, _CODE, _CODE_MARK.search(text)):
        found.append((0.5, f"code: {code}"))
    if maths := _quoted(words, _MATHS, _MATHS_MARK.search(text)):
        found.append((0.5, f"mathematics: {maths}"))
    if analysis := _quoted(words, _ANALYSIS, None):
        found.append((0.5, f"analysis: {analysis}"))
    if _STEPS.search(text):
        found.append((0.5, "several steps"))
    return found


def _quoted(words: Iterable[str], known: frozenset[str], mark: re.Match[str] | None) -> str:
    """The indicators found, for people: up to four words, or what the mark matched; empty where there is none."""
    matched = [word for word in words if word in known][:4] or ([mark[0].strip()] if mark else [])
    return ", ".join(repr(match) for match in matched)


def _form(body: Mapping[str, Any]) -> list[tuple[float, str]]:
    found = []
    if body.get("tools") or body.get("functions"):
        found.append((0.5, "tools to choose from"))
    if (body.get("response_format") or {}).get("type") == "json_schema":
        found.append((0.25, "an answer by a JSON schema"))
    if body.get("reasoning_effort") in ("medium", "high"):
        found.append((0.5, f"reasoning effort {body['reasoning_effort']}"))
    return found
