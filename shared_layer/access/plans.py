"""Plans: how many requests a minute a tenant's keys may make, by tier, and how much of each meter a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from shared_layer.core.declaration import Tier

WINDOW_SECONDS: Final = 60

Meter = Literal["api_calls", "ai_usd", "emails", "rows"]
"""What quotas count. `ai_usd` is counted in millionths of a US dollar, the others in pieces."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests a minute for one key, by tier, and how many keys' worth the whole tenant has; no limits = unlimited.

    `quotas` is how much of a meter the tenant may use in a calendar month (UTC); a meter left out is unlimited.
    """

    name: str
    per_key: Mapping[Tier, int]
    tenant_factor: int = 10
    quotas: Mapping[Meter, int] = field(default_factory=dict)

    def key_limit(self, tier: Tier) -> int | None:
        """Requests a minute for one key; None where there is no limit."""
        return self.per_key.get(tier)

    def tenant_limit(self, tier: Tier) -> int | None:
        """Requests a minute for all keys of a tenant together; None where there is no limit."""
        limit = self.per_key.get(tier)
        return None if limit is None else limit * self.tenant_factor


PLANS: Final[Mapping[str, Plan]] = {
    plan.name: plan
    for plan in (
        Plan(
            "standard",
            {"standard": 60, "expensive": 10, "ai": 30},
            quotas={"api_calls": 100_000, "ai_usd": 50_000_000, "emails": 10_000, "rows": 1_000_000},
        ),
        Plan(
            "scale",
            {"standard": 600, "expensive": 100, "ai": 300},
            quotas={"api_calls": 2_000_000, "ai_usd": 1_000_000_000, "emails": 250_000, "rows": 50_000_000},
        ),
        Plan("unlimited", {}),
    )
}
