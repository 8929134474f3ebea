"""What one answer cost, and what it would have cost."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shared_layer.ai.providers.table import MOCK, baseline_price
from shared_layer.ai.providers.usage import Usage
from shared_layer.core import clock
from shared_layer.core.caller import Caller

Outcome = Literal["answered", "invalid", "broken", "aborted", "doubted", "check", "outrun"]
"""`invalid`: did not fit the schema; `broken`: the provider failed in mid-stream; `aborted`: the caller left before the
end, or its time ran out; `doubted`: did not stand the cascade's checks; `check`: was asked for by a check; `outrun`:
another provider was asked as well, and was quicker."""


@dataclass(frozen=True, slots=True)
class Spend:
    """One answer. `route` is the provider and the reasons in one line; money in millionths of a US dollar.

    `tokens_saved` is what the optimiser took out of the prompt (about). `cached` answers cost nothing. `routed` is what
    the ledger keeps of the learned router's part in it (routing), so that feedback can teach it. `semantic` is `hit`
    for the answer to a like question, `same` or `other` where such a one was compared (semantic_audit.py).
    """

    call_id: str
    operation: str
    provider: str
    model: str
    route: str
    usage: Usage
    cost_micros: int
    latency_ms: float
    outcome: Outcome = "answered"
    streamed: bool = False
    tokens_saved: int = 0
    cached: bool = False
    routed: Mapping[str, Any] = field(default_factory=dict)
    semantic: str = ""

    def entry(self, caller: Caller) -> dict[str, Any]:
        """As the ledger keeps it: with who asked, when, and under which request.

        `baseline_micros` is what the prompt as it was written would have cost at the strong external model,
        `sent_micros` the same for the prompt as it was sent; 0 for an answer that was of no use, and for a mock's,
        which spared nobody a strong one.
        """
        context, usage = caller.context, self.usage
        useful = self.outcome in ("answered", "aborted") and self.provider != MOCK.id
        price = baseline_price()
        written = Usage(usage.prompt_tokens + self.tokens_saved, usage.completion_tokens)
        return {
            "call_id": self.call_id,
            "operation": self.operation,
            "provider": self.provider,
            "model": self.model,
            "route": self.route,
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "estimated": usage.estimated,
            },
            "cost_micros": self.cost_micros,
            "latency_ms": self.latency_ms,
            "outcome": self.outcome,
            "streamed": self.streamed,
            "cached": self.cached,
            "tokens_saved": self.tokens_saved,
            "baseline_micros": price.of(written) if useful else 0,
            "sent_micros": price.of(usage) if useful else 0,
            "tenant_id": caller.tenant_id,
            "principal": caller.principal,
            "request_id": context.request_id,
            "trace_id": context.trace_id,
            "span_id": context.span_id,
            "actor": context.actor,
            "at": clock.now(),
            **({"semantic": self.semantic} if self.semantic else {}),
            **({"routed": _plain(self.routed)} if self.routed else {}),
        }


def _plain(routed: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON can say it: bytes in base 64."""
    return {name: b64encode(value).decode() if isinstance(value, bytes) else value for name, value in routed.items()}
