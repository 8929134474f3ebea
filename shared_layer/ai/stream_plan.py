"""What is known of a streamed answer before it is passed on, and what is kept of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared_layer.ai.completion import Route
from shared_layer.ai.fallback import Answered
from shared_layer.ai.leg import Leg
from shared_layer.ai.opening import Chunk, Opened
from shared_layer.ai.prompt import CATEGORY, Prompt
from shared_layer.ai.reply import Reply
from shared_layer.ai.routing import Decision
from shared_layer.storage.cache import keep


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """`body` is the prompt as it is sent, `saved` the tokens that this spares; `won` who answers first."""

    prompt: Prompt
    body: Any
    saved: int
    decision: Decision
    won: Answered[Opened]
    started: float
    include_usage: bool

    @property
    def route(self) -> Route:
        """Who answers, and why."""
        return Route(self.won.target.provider.id, self.won.reasons, self.decision.complexity.score)

    def leg(self, won: Answered[Opened]) -> Leg:
        """A provider's stretch of the answer."""
        return Leg(self.prompt, won, self.started, self.saved, self.decision.kept)

    async def keep(self, text: str, head: Chunk, leg: Leg, cost_micros: int) -> None:
        """Keep a complete answer in plain text for who asks the same again."""
        if not self.prompt.cacheable or not text or not leg.plain:
            return
        usage = leg.counted()
        message = {"role": "assistant", "content": text, "refusal": None}
        whole = {
            **{name: head.get(name) for name in ("id", "created", "model")},
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": leg.finish_reason}],
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "total_tokens": usage.prompt_tokens + usage.completion_tokens,
            },
        }
        reply = Reply(
            body=whole,
            model=leg.target.model,
            kind=self.decision.kind,
            route=self.route,
            usage=usage,
            cost_micros=cost_micros,
            latency_ms=0.0,
            call_id=leg.call_id,
            tokens_saved=self.saved,
        )
        await keep(self.prompt.caller.tenant_id, CATEGORY, self.prompt.cache_parts, reply.stored())
