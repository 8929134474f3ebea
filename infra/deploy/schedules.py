"""The jobs that tick, through Google's own client: they stand still while what they call changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.deploy.stage import Stage


class Schedules:
    """Cloud Scheduler's jobs of one stage, each under its function's name."""

    def __init__(self, stage: Stage, client: Any = None) -> None:
        from google.cloud import scheduler_v1

        self._paused = scheduler_v1.Job.State.PAUSED
        self._client = client or scheduler_v1.CloudSchedulerClient()
        self._parent = f"projects/{stage.project}/locations/{stage.region}"

    def all(self) -> dict[str, bool]:
        """Every job by name: whether it ticks."""
        found = self._client.list_jobs(request={"parent": self._parent})
        return {str(job.name).rpartition("/")[2]: job.state != self._paused for job in found}

    def pause(self, names: Iterable[str]) -> tuple[str, ...]:
        """Stop those of the jobs that tick; answers which those were."""
        ticking = self._those(names, ticking=True)
        for name in ticking:
            self._client.pause_job(request={"name": f"{self._parent}/jobs/{name}"})
        return ticking

    def resume(self, names: Iterable[str]) -> tuple[str, ...]:
        """Let those tick again that stand still; answers which those were."""
        standing = self._those(names, ticking=False)
        for name in standing:
            self._client.resume_job(request={"name": f"{self._parent}/jobs/{name}"})
        return standing

    @contextmanager
    def standing_still(self, names: Iterable[str]) -> Iterator[None]:
        """Within this block the jobs that ticked do not. Whoever is killed in it is mended by the next `up`."""
        paused = self.pause(names)
        try:
            yield
        finally:
            self.resume(paused)

    def _those(self, names: Iterable[str], *, ticking: bool) -> tuple[str, ...]:
        wanted = set(names)
        return tuple(name for name, ticks in sorted(self.all().items()) if name in wanted and ticks is ticking)
