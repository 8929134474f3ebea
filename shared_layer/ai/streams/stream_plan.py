"""What is known of a streamed answer before it is passed on, and the whole of it afterwards."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Any

from shared_layer.ai.asking.fallback import Answered
from shared_layer.ai.asking.reply import Reply, Route
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.routing.route import Decision
from shared_layer.ai.streams.assembly import Assembly
from shared_layer.ai.streams.leg import Leg
from shared_layer.ai.streams.opening import Opened


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """`body` is the prompt as it is sent, `saved` the tokens that this spares; `won` who answers first.

    `spent` is what was paid before, in micro-dollars, for a cheap answer that was not good enough.
    """

    prompt: Prompt
    body: Any
    saved: int
    decision: Decision
    won: Answered[Opened]
    started: float
    spent: int = 0

    @property
    def route(self) -> Route:
        """Who answers, and why."""
        return Route(self.won.target.provider.id, self.won.reasons, self.decision.complexity.score)

    def leg(self, won: Answered[Opened]) -> Leg:
        """A provider's stretch of the answer."""
        return Leg(self.prompt, won, self.started, self.saved, self.decision.kept)

    def reply(self, sent: Assembly, leg: Leg, cost_micros: int) -> Reply:
        """The whole answer, `leg` its last stretch."""
        usage = leg.counted()
        counted = leg.usage or {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        }
        return Reply(
            body=sent.completion(counted),
            model=leg.target.model,
            kind=self.decision.kind,
            route=dataclasses.replace(self.route, provider=leg.target.provider.id),
            usage=usage,
            cost_micros=cost_micros,
            latency_ms=(time.perf_counter() - self.started) * 1000,
            call_id=leg.call_id,
            tokens_saved=self.saved,
        )
