"""A stream's chunks put together again: the `chat.completion` that they are the parts of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NOTHING: Final[Mapping[str, Any]] = {}


class Assembly:
    """Takes chunks in order. What is not OpenAI's is put together alike: texts and lists grow, the rest is replaced."""

    def __init__(self) -> None:
        self._choices: dict[int, _Choice] = {}
        self._head: Mapping[str, Any] = {}

    def take(self, chunk: Mapping[str, Any]) -> None:
        """Add a chunk."""
        self._head = self._head or chunk
        for told in chunk.get("choices") or ():
            index = told.get("index", 0)
            choice = self._choices.get(index)
            if choice is None:
                choice = self._choices[index] = _Choice()
            choice.take(told)

    @property
    def text(self) -> str:
        """The text of the first choice."""
        first = self._choices.get(0)
        return "".join(first.content) if first else ""

    def completion(self, usage: Mapping[str, Any]) -> dict[str, Any]:
        """The whole answer."""
        head = {name: self._head.get(name) for name in ("id", "created", "model")}
        if fingerprint := self._head.get("system_fingerprint"):
            head["system_fingerprint"] = fingerprint
        choices = [choice.told(index) for index, choice in sorted(self._choices.items())]
        return {**head, "object": "chat.completion", "choices": choices, "usage": dict(usage)}


class _Choice:
    """One choice so far."""

    def __init__(self) -> None:
        self.content: list[str] = []
        self._others: dict[str, Any] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._function: dict[str, str] = {}
        self._logprobs: dict[str, Any] = {}
        self._finish_reason: str | None = None

    def take(self, told: Mapping[str, Any]) -> None:
        """Add what a chunk tells of it."""
        for name, value in (told.get("delta") or _NOTHING).items():
            if name == "content":
                if value:
                    self.content.append(value)
            elif name == "tool_calls":
                for call in value or ():
                    self._call(call)
            elif name == "function_call":
                _grow(self._function, value or _NOTHING)
            elif name != "role":
                _grow(self._others, {name: value})
        if logprobs := told.get("logprobs"):
            _grow(self._logprobs, logprobs)
        if reason := told.get("finish_reason"):
            self._finish_reason = reason

    def _call(self, part: Mapping[str, Any]) -> None:
        """A part of a tool call: the first names it, the arguments come in pieces (OpenAI, `tool_calls[].index`)."""
        call = self._calls.setdefault(part.get("index", 0), {"id": None, "type": "function", "function": {}})
        call |= {name: value for name, value in part.items() if value and name not in ("index", "function")}
        _grow(call["function"], part.get("function") or {})

    def told(self, index: int) -> dict[str, Any]:
        """The choice as a whole answer has it."""
        content: str | None = "".join(self.content)
        if not content and (self._calls or self._function or self._others):
            content = None
        message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None, **self._others}
        if self._calls:
            message["tool_calls"] = [call for _, call in sorted(self._calls.items())]
        if self._function:
            message["function_call"] = self._function
        reason = self._finish_reason
        return {"index": index, "message": message, "logprobs": self._logprobs or None, "finish_reason": reason}


def _grow(whole: dict[str, Any], part: Mapping[str, Any]) -> None:
    for name, value in part.items():
        former = whole.get(name)
        grows = isinstance(value, str | list) and type(former) is type(value)
        if value is not None:
            whole[name] = former + value if grows and former is not None else value
