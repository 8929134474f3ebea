"""The shape of a prompt: how long, how numeric, how it asks. Nothing here knows what subject it is about."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_OPTION: Final = re.compile(r"^\s*\(?([A-J])[.):]\s*(.*)$", re.MULTILINE)
_OPERATOR: Final = re.compile(r"[=^<>+*/∑∫√≤≥∂π\\×÷]")
_CODE: Final = re.compile(r"```|^\s*(?:def|class|import|return|for|while|public|SELECT)\b|;$", re.MULTILINE)
_SHOUTED_NEGATION: Final = re.compile(r"\b(?:NOT|EXCEPT|LEAST|FALSE|INCORRECT)\b")
_NUMERIC: Final = re.compile(r"[\s$£€%+-]*[\d.,/]+\s*%?.{0,6}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEGATION: Final = _words("not except never least false incorrect none neither no without cannot")
_FUNCTION_WORDS: Final = _words(
    "the a an of to in on at by for with from as is are was were be been it its this that these those and or but he"
    " she they his her their you your i my we have has had do does did will would can could should may might must"
)
_PERSONAL: Final = _words("he she his her him i my me you your")
_LOGIC: Final = _words("if then all some every only unless implies therefore either both statement statements")
_QUANTITY: Final = _words("many much number rate average total percent ratio sum value amount equal per")
_KINDS: Final = (
    ("calculation", _words("calculate compute solve evaluate determine simplify find")),
    ("why or how", _words("why how explain describe")),
    ("what or which", _words("what which who whom when where")),
)
_OTHER_KIND: Final = len(_KINDS)
_LENGTHS: Final = (40.0, 70, 100, 140, 190, 250, 330, 450, 650, 1000, 1600, 3000, 6000)
_COUNTS: Final = (1.0, 2, 3, 5, 8, 13, 25, 60)
_SHARES: Final = (0.005, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
_FLAG: Final = (0.5,)


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt read once: its text, its lower-case tokens, what comes before its options, and the options."""

    text: str
    tokens: tuple[str, ...]
    stem: str
    options: tuple[str, ...]
    lengths: tuple[int, ...]
    """Of each token that is a word."""

    def share(self, words: frozenset[str]) -> float:
        """The part of the tokens that are among `words`."""
        return self.count(words) / max(len(self.tokens), 1)

    def count(self, words: frozenset[str]) -> int:
        """How many of the tokens are among `words`."""
        return sum(map(words.__contains__, self.tokens))


@dataclass(frozen=True, slots=True)
class Trait:
    """One measure of a prompt, cut into steps at `edges`; `words` names it for people."""

    words: str
    edges: tuple[float, ...]
    measure: Callable[[Reading], float]

    def step(self, reading: Reading) -> int:
        """Which step the prompt is on: 0 below the first edge."""
        return bisect_right(self.edges, self.measure(reading))


def read(text: str, tokens: list[str]) -> Reading:
    """`text` with its parts told apart."""
    options = tuple(match[2] for match in _OPTION.finditer(text))
    lengths = tuple([len(token) for token in tokens if token[0].isalpha()])
    first = _OPTION.search(text) if options else None
    return Reading(text, tuple(tokens), text[: first.start()] if first else text, options, lengths)


def _mean_word(reading: Reading) -> float:
    return sum(reading.lengths) / max(len(reading.lengths), 1)


def _long_words(reading: Reading) -> float:
    return sum([length > 9 for length in reading.lengths]) / max(len(reading.tokens), 1)


def _signs(reading: Reading) -> float:
    return (len(reading.tokens) - len(reading.lengths) - _numbers(reading)) / max(len(reading.tokens), 1)


def _capitals(reading: Reading) -> float:
    return sum(map(str.isupper, [word[0] for word in reading.stem.split()[1:]])) / max(len(reading.tokens), 1)


def _numbers(reading: Reading) -> int:
    return reading.tokens.count("#")


def _option_spread(reading: Reading) -> float:
    lengths = [len(option) + 1 for option in reading.options]
    return max(lengths) / min(lengths) if lengths else 0.0


def _kind(reading: Reading) -> int:
    asked = set(reading.stem.lower().split())
    return next((n for n, (_, words) in enumerate(_KINDS) if not words.isdisjoint(asked)), _OTHER_KIND)


TRAITS: Final = (
    Trait("its length", _LENGTHS, lambda r: len(r.text)),
    Trait("the length of the question", _LENGTHS, lambda r: len(r.stem)),
    Trait("how many options it offers", (1.0, 3, 5, 6), lambda r: len(r.options)),
    Trait("the length of its options", _LENGTHS, lambda r: sum(map(len, r.options)) * 2),
    Trait("how unequal its options are", (1.2, 1.6, 2.2, 3, 5), _option_spread),
    Trait("options that are numbers", _FLAG, lambda r: sum(bool(_NUMERIC.fullmatch(o)) for o in r.options) > 1),
    Trait("the share of numbers", _SHARES, lambda r: _numbers(r) / max(len(r.tokens), 1)),
    Trait("the count of numbers", _COUNTS, _numbers),
    Trait(
        "the share of signs and punctuation",
        _SHARES,
        _signs,
    ),
    Trait("the count of mathematical signs", _COUNTS, lambda r: len(_OPERATOR.findall(r.text))),
    Trait("negations", _COUNTS[:4], lambda r: r.count(_NEGATION)),
    Trait("a negation in capitals", _FLAG, lambda r: _SHOUTED_NEGATION.search(r.text) is not None),
    Trait("the length of its words", (3.5, 4.0, 4.4, 4.8, 5.2, 5.7, 6.3, 7), _mean_word),
    Trait("the share of long words", _SHARES, _long_words),
    Trait("repeated words", (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), lambda r: len(set(r.tokens)) / max(len(r.tokens), 1)),
    Trait(
        "the share of function words", (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5), lambda r: r.share(_FUNCTION_WORDS)
    ),
    Trait("people in it", _COUNTS, lambda r: r.count(_PERSONAL)),
    Trait("words of logic", _COUNTS[:6], lambda r: r.count(_LOGIC)),
    Trait("words of quantity", _COUNTS[:6], lambda r: r.count(_QUANTITY)),
    Trait("the kind of question", (1.0, 2, 3), _kind),
    Trait("sentences in the question", _COUNTS, lambda r: r.stem.count(". ")),
    Trait("a question mark", _FLAG, lambda r: "?" in r.stem),
    Trait("a sentence to complete", _FLAG, lambda r: r.stem.rstrip()[-1:].isalpha() or r.stem.rstrip().endswith(":")),
    Trait("a gap to fill", _FLAG, lambda r: "___" in r.text),
    Trait("lines in the question", _COUNTS, lambda r: r.stem.strip().count("\n")),
    Trait("quotations", _COUNTS[:5], lambda r: r.text.count('"') + r.text.count("“")),
    Trait("code", _FLAG, lambda r: _CODE.search(r.text) is not None),
    Trait("money", _FLAG, lambda r: "$" in r.text),
    Trait(
        "names and other capitals",
        _SHARES,
        _capitals,
    ),
)
"""The traits, in the order of their slots in a model: changing it needs a new training."""
