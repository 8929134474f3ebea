"""Cloud Scheduler on one machine: Google's own gRPC over SQLite, jobs fired by the clock."""

from infra.local.scheduler.publishing import Publish, PublishError
from infra.local.scheduler.service import SchedulerService

__all__ = ["Publish", "PublishError", "SchedulerService"]
