"""The business brief that a campaign is planned from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared_layer.core.models import Model

BUDGET = re.compile(r"^\$([\d,]+)-\$([\d,]+)$")


@dataclass(frozen=True, slots=True)
class Budget:
    """A range in whole US dollars."""

    low: int
    high: int


def read_budget(text: str) -> Budget:
    """`$5,000-$10,000` as numbers. Raises ValueError where it is no range."""
    match = BUDGET.match(text)
    digits = [part.replace(",", "") for part in match.groups()] if match else []
    if len(digits) != 2 or not all(0 < len(part) <= 12 for part in digits):
        raise ValueError("write a budget as a range in dollars, such as $5,000-$10,000")
    low, high = (int(part) for part in digits)
    if not 0 < low <= high:
        raise ValueError("the budget's first amount must be above zero and not above the second")
    return Budget(low, high)


def _is_budget(text: str) -> str:
    read_budget(text)
    return text


class CampaignBrief(Model):
    """What a business says of itself; the rest of a campaign follows from it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_type": "Neighbourhood coffee roastery with an online shop",
                    "target_audience": "Home baristas aged 25 to 45 in Portland",
                    "budget_range": "$5,000-$10,000",
                }
            ]
        }
    )

    business_type: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    target_audience: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    budget_range: Annotated[str, StringConstraints(max_length=40), AfterValidator(_is_budget)] = Field(
        description="A range in US dollars, such as $5,000-$10,000.", json_schema_extra={"pattern": BUDGET.pattern}
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    goal: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None

    @property
    def budget(self) -> Budget:
        """The budget in numbers."""
        return read_budget(self.budget_range)

    def template_parts(self) -> tuple[str, ...]:
        """What makes two briefs alike enough to share a plan: case and spacing do not count."""
        parts = (self.business_type, self.target_audience, self.budget_range, self.goal or "")
        return tuple(" ".join(part.casefold().split()) for part in parts)
