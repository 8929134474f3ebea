"""Plans: how many requests a minute a tenant's keys may make, by tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared_layer.core.declaration import Tier

WINDOW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests a minute for one key, by tier, and how many keys' worth the whole tenant has; no limits = unlimited."""

    name: str
    per_key: Mapping[Tier, int]
    tenant_factor: int = 10

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
        Plan("standard", {"standard": 60, "expensive": 10, "ai": 30}),
        Plan("scale", {"standard": 600, "expensive": 100, "ai": 300}),
        Plan("unlimited", {}),
    )
}
