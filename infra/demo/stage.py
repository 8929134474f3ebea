"""What the scenes share: the platform, the script, the story, and what the company has done so far."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infra.demo.api import Api
from infra.demo.day import Day
from infra.demo.place import Place
from infra.demo.stand_in import StandIn
from infra.demo.story import Story
from infra.demo.week import Week, read_week


@dataclass(slots=True)
class Stage:
    """`company` calls with the company's key; `operator` with the platform operator's, where that is known.

    `campaigns` are the company's by name, as last answered; `launched` are the ids that have run. `provider` is the
    stand-in that the platform takes for an AI provider, where it was started so. `began` is when the day began.
    """

    place: Place
    day: Day
    story: Story
    company: Api
    operator: Api | None
    provider: StandIn | None
    began: datetime
    week: Week = field(default_factory=read_week)
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    launched: set[str] = field(default_factory=set)
    keys_created: int = 0

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.company.close()
        if self.operator is not None:
            self.operator.close()


def new_key() -> str:
    """A fresh Idempotency-Key."""
    return uuid.uuid4().hex
