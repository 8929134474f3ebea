"""How far the mailing of a campaign is: beside the campaign, so that its progress never stands in an editor's way.

collecting (the audience is taken) -> sending <-> resting (all mails have left; a test or a second round may follow)
                                                    '-> finished
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from shared_layer.core.models import Entity, Model, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "marketing_sends"
State = Literal["collecting", "sending", "resting", "finished"]
Verdict = Literal["winner", "no_difference", "too_few", "sample_ratio_mismatch"]


class VariantCount(Model):
    """A variant in the test: how many got it, how many of them clicked."""

    label: str
    recipients: int
    clicks: int


class AbDecision(Model):
    """What came of a test. `variant` is what the rest gets, `proven` whether the difference is more than chance.

    `p_value` is of the best against whichever other one comes closest (two-proportion z test), `srm_p_value` of the
    chi-square test that the variants were given out evenly.
    """

    verdict: Verdict
    variant: str
    proven: bool
    p_value: float | None = None
    srm_p_value: float
    counts: list[VariantCount] = Field(default_factory=empty_list)
    decided_at: datetime


class Send(Entity):
    """The mailing of one campaign. `halted` says that nothing may leave, because it is paused or done; `problem` is
    what paused it by itself: `quota`.

    `wake_at` is when somebody must look whether mails are due, `weigh_at` when a test is decided, the second round
    begins or all is over. `ran_seconds` and `running_since` tell how long it has been sending, which paces it.
    """

    id: str
    state: State = "collecting"
    halted: bool = False
    problem: str | None = None
    audience: int = 0
    unreachable: int = 0
    wake_at: datetime | None = None
    weigh_at: datetime | None = None
    decision: AbDecision | None = None
    resent_at: datetime | None = None
    running_since: datetime | None = None
    ran_seconds: float = 0.0

    def ran_until(self, moment: datetime) -> float:
        """Seconds that it has been sending until `moment`."""
        running = (moment - self.running_since).total_seconds() if self.running_since else 0.0
        return self.ran_seconds + max(0.0, running)


def send_document(tenant_id: str, campaign_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/marketing_sends/{campaign}`."""
    return tenant_document(tenant_id, COLLECTION, campaign_id)
