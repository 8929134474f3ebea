"""A prompt on its way: what is asked, by whom, for what, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.ai.prompts.verification import Verification
from shared_layer.ai.providers.table import answering
from shared_layer.core.caller import Caller
from shared_layer.core.json import fingerprint

AUTO: Final = "auto"
"""The model name that lets the router choose."""

CATEGORY: Final = "ai_responses"
"""Where answers are cached."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """`body` is an OpenAI chat body without `model` and the streaming fields; `operation` names what it is for.

    `accept` raises ValidationError (or another ValueError) for a text that is of no use; `stand_in` is what the mock
    answers, where who asks knows better than the mock what an answer would be like. `verify` is what the
    caller knows of a right answer, for the cascade.
    """

    caller: Caller
    body: Mapping[str, Any]
    model: str
    operation: str
    cache: bool = True
    accept: Callable[[str], object] | None = None
    stand_in: Callable[[], str] | None = None
    verify: Verification | None = None

    @property
    def cacheable(self) -> bool:
        """Whether the cache may answer: unless switched off, or a temperature or top_p asks for variety.

        A temperature above 0 with a seed is as repeatable as one of 0.
        """
        if not self.cache:
            return False
        varied = self.body.get("temperature") or self.body.get("top_p", 1) not in (None, 1)
        return not varied or self.body.get("seed") is not None

    @property
    def cache_parts(self) -> tuple[str, ...]:
        """What an answer depends on: every parameter sent, the model named, and who could answer."""
        known = [self.verify.model_dump()] if self.verify else []
        return (fingerprint([self.model, self.body, [f"{p.id}/{p.model}" for p in answering()], *known]),)
