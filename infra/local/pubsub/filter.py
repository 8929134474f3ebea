"""The filter language of subscriptions: https://cloud.google.com/pubsub/docs/subscription-message-filter.

filter     = term { "AND" term } | term { "OR" term }          both at one level need parentheses
term       = ( "NOT" | "-" ) term | "(" filter ")" | comparison
comparison = "attributes" ":" key
           | "attributes" "." key ( "=" | "!=" ) string
           | "hasPrefix" "(" "attributes" "." key "," string ")"
key        = letters, digits, "-" and "_", or a string
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, NoReturn

Attributes = Mapping[str, str]
Predicate = Callable[[Attributes], bool]

MAX_BYTES = 256

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z0-9_][A-Za-z0-9_\-]*)|(?P<sign>!=|[=:.,()\-]))""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|(.))", re.DOTALL)
_NAMED_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_LITERAL_ESCAPES = "\\\"'`?"


class FilterError(ValueError):
    """The text is not a filter; the message says where it stops being one."""


def compile_filter(text: str) -> Predicate:
    """A function that tells whether a message with the given attributes passes. An empty filter passes everything."""
    if len(text.encode()) > MAX_BYTES:
        raise FilterError(f"a filter has at most {MAX_BYTES} bytes")
    if not text.strip():
        return lambda _attributes: True
    parser = _Parser(text)
    predicate = parser.filter()
    parser.end()
    return predicate


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._next = 0

    def filter(self) -> Predicate:
        terms = [self._term()]
        operator = self._current.text if self._current_is("word", "AND", "OR") else ""
        while operator and self._take("word", operator):
            terms.append(self._term())
        if self._current_is("word", "AND", "OR"):
            self._fail("AND and OR together need parentheses")
        if len(terms) == 1:
            return terms[0]
        every = operator == "AND"
        combine = all if every else any
        return lambda attributes: combine(term(attributes) for term in terms)

    def end(self) -> None:
        if self._current.kind != "end":
            self._fail("unexpected text")

    @property
    def _current(self) -> _Token:
        return self._tokens[self._next]

    def _term(self) -> Predicate:
        if self._take("word", "NOT") or self._take("sign", "-"):
            negated = self._term()
            return lambda attributes: not negated(attributes)
        if self._take("sign", "("):
            inner = self.filter()
            self._expect("sign", ")")
            return inner
        return self._comparison()

    def _comparison(self) -> Predicate:
        if self._take("word", "hasPrefix"):
            return self._prefix()
        self._expect("word", "attributes")
        if self._take("sign", ":"):
            present = self._key()
            return lambda attributes: present in attributes
        self._expect("sign", ".")
        key = self._key()
        if self._take("sign", "="):
            value = self._string()
            return lambda attributes: attributes.get(key) == value
        self._expect("sign", "!=")
        value = self._string()
        return lambda attributes: attributes.get(key) != value

    def _prefix(self) -> Predicate:
        self._expect("sign", "(")
        self._expect("word", "attributes")
        self._expect("sign", ".")
        key = self._key()
        self._expect("sign", ",")
        prefix = self._string()
        self._expect("sign", ")")
        return lambda attributes: key in attributes and attributes[key].startswith(prefix)

    def _key(self) -> str:
        if self._current.kind == "string":
            return self._string()
        if self._current.kind != "word":
            self._fail("expected an attribute's key")
        return self._advance().text

    def _string(self) -> str:
        if self._current.kind != "string":
            self._fail('expected a "string"')
        token = self._advance()
        return _ESCAPE.sub(lambda escape: _unescape(escape, token.position), token.text[1:-1])

    def _current_is(self, kind: str, *texts: str) -> bool:
        return self._current.kind == kind and self._current.text in texts

    def _take(self, kind: str, text: str) -> bool:
        taken = self._current_is(kind, text)
        self._next += taken
        return taken

    def _expect(self, kind: str, text: str) -> None:
        if not self._take(kind, text):
            self._fail(f"expected {text!r}")

    def _advance(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _fail(self, reason: str) -> NoReturn:
        raise FilterError(f"{reason} at position {self._current.position}")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise FilterError(f"unexpected text at position {position}")
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        position = match.end()
    return [*tokens, _Token("end", "", end)]


def _unescape(escape: re.Match[str], position: int) -> str:
    two, four, eight, octal, named = escape.groups()
    number = two or four or eight
    if number or octal:
        code = int(number, 16) if number else int(octal, 8)
        if code > 0x10FFFF:
            raise FilterError(f"no such character in the string at position {position}")
        return chr(code)
    if named in _LITERAL_ESCAPES:
        return str(named)
    if named not in _NAMED_ESCAPES:
        raise FilterError(f"unknown escape \\{named} in the string at position {position}")
    return _NAMED_ESCAPES[named]
