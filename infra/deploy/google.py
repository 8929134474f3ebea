"""Google's own clients of one stage, each made when it is needed: that takes an account."""

from __future__ import annotations

from dataclasses import dataclass

from infra.deploy.gateway import Gateway
from infra.deploy.health import Measured
from infra.deploy.schedules import Schedules
from infra.deploy.secrets import Secrets
from infra.deploy.services import Services
from infra.deploy.stage import Stage
from infra.deploy.state_bucket import StateBucket
from infra.deploy.triggers import Triggers


@dataclass(frozen=True, slots=True)
class Google:
    """What a stage has in Google Cloud, a noun each."""

    stage: Stage

    def services(self) -> Services:
        """Cloud Run: functions, revisions, traffic."""
        return Services(self.stage)

    def measured(self) -> Measured:
        """Cloud Monitoring: what revisions did."""
        return Measured(self.stage)

    def schedules(self) -> Schedules:
        """Cloud Scheduler: the jobs that tick."""
        return Schedules(self.stage)

    def triggers(self) -> Triggers:
        """Eventarc and Pub/Sub: changes of documents, and where those go that cannot be delivered."""
        return Triggers(self.stage)

    def gateway(self) -> Gateway:
        """API Gateway: which config runs, and which are left over."""
        return Gateway(self.stage)

    def secrets(self) -> Secrets:
        """Secret Manager: whether secrets have values."""
        return Secrets(self.stage)

    def state_bucket(self) -> StateBucket:
        """Cloud Storage: where Terraform's state is."""
        return StateBucket(self.stage)
