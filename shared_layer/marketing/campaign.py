"""A campaign, and the states it goes through.

draft → approved → scheduled → running ⇄ paused → done. A campaign may be launched from draft, approved or scheduled,
and ended from running or paused.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from shared_layer.core.errors import IllegalTransition
from shared_layer.core.models import Entity, Model, PageQuery
from shared_layer.marketing.brief import CampaignBrief
from shared_layer.marketing.mail.setup import MailSetup
from shared_layer.marketing.plan import CampaignPlan

COLLECTION: Final = "marketing_campaigns"
Status = Literal["draft", "approved", "scheduled", "running", "paused", "done"]

MOVES: Final[dict[Status, frozenset[Status]]] = {
    "draft": frozenset({"approved", "running"}),
    "approved": frozenset({"draft", "scheduled", "running"}),
    "scheduled": frozenset({"approved", "running"}),
    "running": frozenset({"paused", "done"}),
    "paused": frozenset({"running", "done"}),
    "done": frozenset(),
}
EDITABLE: Final[frozenset[Status]] = frozenset({"draft", "approved"})


class PlanOrigin(Model):
    """Where the plan came from: which model by which route, what it cost, and whether the cache held it."""

    provider: str
    model: str
    route: list[str] = Field(description="Why this provider: the router's reasons.")
    cost_micros: int = Field(description="Millionths of a US dollar; 0 for a template from the cache.")
    cost_usd: float
    cached: bool
    call_id: str
    notice: str | None = Field(default=None, description="Said where no AI provider is configured.")


class Campaign(Entity):
    """A campaign as stored and answered."""

    id: str
    name: str
    status: Status = "draft"
    brief: CampaignBrief
    plan: CampaignPlan
    ai: PlanOrigin
    mail: MailSetup | None = Field(default=None, description="What is mailed to whom; null: the plan alone.")
    launch_at: datetime | None = None
    launched_at: datetime | None = None
    created_by: str

    def move(self, status: Status) -> Status:
        """Go to `status`; answers the former one. Raises IllegalTransition, naming what is allowed."""
        if status not in MOVES[self.status]:
            allowed = ", ".join(sorted(MOVES[self.status])) or "nothing: it is done"
            raise IllegalTransition(
                f"A campaign that is {self.status} cannot become {status}. Allowed: {allowed}.", status_now=self.status
            )
        former, self.status = self.status, status
        return former


class CampaignChanges(Model):
    """What may be changed; a field left out stays. The plan and the mail only while it is draft or approved."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    status: Literal["draft", "approved", "scheduled", "done"] | None = None
    launch_at: AwareDatetime | None = None
    plan: CampaignPlan | None = None
    mail: MailSetup | None = None


class CampaignFilter(PageQuery):
    """Which campaigns to list."""

    status: Status | None = None
