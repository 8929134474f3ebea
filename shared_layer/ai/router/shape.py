"""The shape of a prompt: how long, how numeric, how it asks. Nothing here knows what subject it is about."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_OPTION: Final = re.compile(r"^\s*\(?([A-J])[.):]\s*(.*)$", re.MULTILINE)
_OPERATOR: Final = re.compile(r"[=^<>+*/∑∫√≤≥∂π\\×÷]")
_NUMERIC: Final = re.compile(r"[\s$£€%+-]*[\d.,/]+\s*%?.{0,6}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEGATION: Final = _words("not except never least false incorrect none neither no without cannot")
_FUNCTION_WORDS: Final = _words(
    "the a an of to in on at by for with from as is are was were be been it its this that these those and or but he"
    " she they his her their you your i my we have has had do does did will would can could should may might must"
)
_PERSONAL: Final = _words("he she his her him i my me you your")
_LONG: Final = 9
"""Letters; a longer word is a long one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt read once: its text, its lower-case tokens, what comes before its options, and the options."""

    text: str
    tokens: tuple[str, ...]
    stem: str
    options: tuple[str, ...]
    lengths: tuple[int, ...]
    """Of each token that is a word."""
    numbers: int

    def share(self, count: float) -> float:
        """What part of the tokens `count` is."""
        return count / max(len(self.tokens), 1)

    def among(self, words: frozenset[str]) -> int:
        """How many of the tokens are among `words`."""
        return sum(map(words.__contains__, self.tokens))


@dataclass(frozen=True, slots=True)
class Trait:
    """One measure of a prompt; `words` names it for people. Counts and lengths are measured on a log scale."""

    words: str
    measure: Callable[[Reading], float]


def read(text: str, tokens: list[str]) -> Reading:
    """`text` with its parts told apart."""
    options = tuple(match[2] for match in _OPTION.finditer(text))
    lengths = tuple([len(token) for token in tokens if token[0].isalpha()])
    first = _OPTION.search(text) if options else None
    stem = text[: first.start()] if first else text
    return Reading(text, tuple(tokens), stem, options, lengths, tokens.count("#"))


def _option_length(reading: Reading) -> float:
    options = reading.options
    return math.log1p(sum(map(len, options)) / len(options) + 1.0) if options else 0.0


def _option_spread(reading: Reading) -> float:
    lengths = [len(option) for option in reading.options]
    return math.log((max(lengths) + 2.0) / (min(lengths) + 2.0)) if lengths else 0.0


def _numeric_options(reading: Reading) -> float:
    options = reading.options
    return sum([bool(_NUMERIC.fullmatch(option)) for option in options]) / len(options) if options else 0.0


def _word_length(reading: Reading) -> float:
    return sum(reading.lengths) / max(len(reading.lengths), 1)


def _capitals(reading: Reading) -> float:
    return reading.share(sum(map(str.isupper, [word[0] for word in reading.stem.split()[1:]])))


TRAITS: Final = (
    Trait("its length", lambda r: math.log1p(len(r.text))),
    Trait("the length of the question", lambda r: math.log1p(len(r.stem))),
    Trait("how many options it offers", lambda r: len(r.options)),
    Trait("the length of its options", _option_length),
    Trait("how unequal its options are", _option_spread),
    Trait("options that are numbers", _numeric_options),
    Trait("the count of numbers", lambda r: math.log1p(r.numbers)),
    Trait("the share of numbers", lambda r: r.share(r.numbers)),
    Trait("the length of its words", _word_length),
    Trait("the share of long words", lambda r: r.share(sum([length > _LONG for length in r.lengths]))),
    Trait("how few words are repeated", lambda r: r.share(len(set(r.tokens)))),
    Trait("the share of function words", lambda r: r.share(r.among(_FUNCTION_WORDS))),
    Trait("the count of mathematical signs", lambda r: math.log1p(len(_OPERATOR.findall(r.text)))),
    Trait("negations", lambda r: r.among(_NEGATION)),
    Trait("a question mark", lambda r: "?" in r.stem),
    Trait("a gap to fill", lambda r: "___" in r.text),
    Trait("sentences in the question", lambda r: math.log1p(r.stem.count(". "))),
    Trait("lines in the question", lambda r: math.log1p(r.stem.strip().count("\n"))),
    Trait("names and other capitals", _capitals),
    Trait("people in it", lambda r: math.log1p(r.among(_PERSONAL))),
    Trait("the share of signs and punctuation", lambda r: r.share(len(r.tokens) - len(r.lengths) - r.numbers)),
    Trait("money or formulas", lambda r: "$" in r.text),
)
"""The traits, in the order of their slots in a model: changing it needs a new training."""
