"""The attempts to open one stream: where two providers are asked at once the first token wins, and both are paid.

So is one that was being asked when whoever waited for it left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared_layer.ai.asking.hedging import took
from shared_layer.ai.asking.racing import outcome_of
from shared_layer.ai.asking.reply import route_line
from shared_layer.ai.money.budget import Hold
from shared_layer.ai.money.ledger import record
from shared_layer.ai.money.spend import Outcome, Spend
from shared_layer.ai.own_context import detach
from shared_layer.ai.prompts.prompt import Prompt
from shared_layer.ai.providers.completion import unanswered
from shared_layer.ai.providers.failures import Outrun
from shared_layer.ai.providers.usage import Usage
from shared_layer.ai.routing.route import Target
from shared_layer.ai.streams.opening import Opened, open_stream
from shared_layer.core.ids import new_id


class Openings:
    """`cost_micros` is what those cost that nobody reads."""

    def __init__(self, prompt: Prompt, body: Mapping[str, Any]) -> None:
        self.cost_micros = 0
        self._prompt, self._body = prompt, body
        self._won = False

    async def open(self, target: Target, seconds: float, reasons: tuple[str, ...]) -> Opened:
        """A stream of `target` whose first chunk is the first of all."""
        started = time.perf_counter()
        try:
            opened = await open_stream(self._prompt.caller, target, self._body, seconds)
        except asyncio.CancelledError as cancelled:
            usage = unanswered(self._body)
            await asyncio.shield(detach(self._pay(target, usage, reasons, started, outcome_of(cancelled), None)))
            raise
        if self._won:
            opened.source.close()
            usage = replace(unanswered(self._body), completion_tokens=len(opened.first))
            await asyncio.shield(detach(self._pay(target, usage, reasons, started, "outrun", opened.held)))
            raise Outrun
        self._won = True
        took(target.provider, streamed=True, seconds=time.perf_counter() - started)
        return opened

    async def _pay(
        self,
        target: Target,
        usage: Usage,
        reasons: tuple[str, ...],
        started: float,
        outcome: Outcome,
        held: Hold | None,
    ) -> None:
        """Write down what one cost that nobody reads: the prompt, and a token for each chunk that came."""
        spend = Spend(
            call_id=new_id("call"),
            operation=self._prompt.operation,
            provider=target.provider.id,
            model=target.model,
            route=route_line(target.provider.id, reasons),
            usage=usage,
            cost_micros=target.price.of(usage),
            latency_ms=(time.perf_counter() - started) * 1000,
            outcome=outcome,
            streamed=True,
        )
        self.cost_micros += spend.cost_micros
        await record(self._prompt.caller, spend, held)
