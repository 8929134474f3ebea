"""The problem of a budget that is used up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from shared_layer.core.errors import RateLimited


class BudgetExceeded(RateLimited):
    code, title = "budget_exceeded", "The AI budget does not allow this"
    advice = "Wait for the next month, raise the budget, or ask a cheaper model."

    @classmethod
    def at(cls, period: str, wanted: int, spent: int, reserved: int, limit: int) -> Self:
        """For a budget that stands so, in micro-dollars. OpenAI's clients are told not to retry."""
        year, month = (int(part) for part in period.split("-"))
        reset = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC).isoformat()
        return cls(
            f"The answer may cost {wanted} micro-dollars; {spent} of {limit} are spent in {period} and {reserved} are "
            f"held for calls under way. {cls.advice}",
            headers={"X-Should-Retry": "false"},
            wanted_micros=wanted,
            spent_micros=spent,
            reserved_micros=reserved,
            limit_micros=limit,
            reset_at=reset,
        )
