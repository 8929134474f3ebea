"""Fires what is due: one task an execution, asleep in between."""

from __future__ import annotations

import asyncio

from infra.local.clock import Clock
from infra.local.scheduler.errors import JobMissing
from infra.local.scheduler.retry import next_attempt
from infra.local.scheduler.schedule import next_fire
from infra.local.scheduler.store import Execution, JobStore
from infra.local.scheduler.targets import Targets
from infra.local.scheduler.wire import ENABLED, Job

MISSED_LIMIT = 24 * 3600.0
_LONGEST_SLEEP = 60.0  # a laptop's suspend stops the sleeper's clock, not the wall's


class Runner:
    """Runs every execution of the store at its moment.

    Google promises at least one execution for each moment and documents neither how late a missed one may come nor
    how many are made up for. Here: a moment that passed while the process was down, or while the job's previous
    execution still ran, is made up for once, however many passed; one that is a day late or more is dropped. An attempt
    that a crash cut short is made again, since nobody knows whether it arrived.
    """

    def __init__(self, store: JobStore, targets: Targets, clock: Clock) -> None:
        self._store = store
        self._targets = targets
        self._clock = clock
        self._wake = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Look again: something may be due earlier than before."""
        self._wake.set()

    @property
    def waiting(self) -> int:
        """How many executions are due or under way."""
        now = self._clock.now()
        return sum(1 for execution in self._store.pending() if execution.due <= now)

    def drop_long_missed(self) -> None:
        """Move every execution that is a day late or more to the schedule's first moment that is less late."""
        now = self._clock.now()
        for execution in self._store.pending():
            if now - execution.due >= MISSED_LIMIT:
                job = self._store.get(execution.job)
                self._store.end_attempt(execution, job, None, self._following(job, execution, now - MISSED_LIMIT))

    async def run(self) -> None:
        """Until cancelled; attempts under way are cancelled with it and made again after the next start."""
        try:
            while True:
                self._wake.clear()
                now = self._clock.now()
                pending = self._store.pending(except_for=self._running)
                for execution in pending:
                    if execution.due <= now:
                        self._launch(execution)
                later = [execution.due for execution in pending if execution.due > now]
                await self._sleep(min(later, default=now + _LONGEST_SLEEP) - now)
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _sleep(self, seconds: float) -> None:
        nap = asyncio.ensure_future(self._clock.sleep(min(seconds, _LONGEST_SLEEP)))
        woken = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((nap, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
            woken.cancel()

    def _launch(self, execution: Execution) -> None:
        task = asyncio.create_task(self._attempt(execution))
        self._running[execution.id] = task

        def ended(_: asyncio.Task[None]) -> None:
            del self._running[execution.id]
            self.wake()

        task.add_done_callback(ended)

    async def _attempt(self, execution: Execution) -> None:
        started = self._clock.now()
        job = self._store.get(execution.job)
        job.last_attempt_time.FromNanoseconds(int(started * 1e9))
        self._store.begin_attempt(execution, job, started)
        status = await self._targets.attempt(job, execution.scheduled)
        try:
            job = self._store.get(execution.job)
        except JobMissing:
            return  # deleted while it ran
        job.status.CopyFrom(status)
        following = self._following(job, execution, started)
        retry = self._retry(job, execution, started, following) if status.code else None
        due = retry if retry is not None else following
        if due is not None and not execution.forced:
            job.schedule_time.FromNanoseconds(int(due * 1e9))
        self._store.end_attempt(execution, job, retry, following)

    def _following(self, job: Job, execution: Execution, started: float) -> float | None:
        if execution.forced or job.state != ENABLED:
            return None
        return next_fire(job.schedule, job.time_zone, started)

    def _retry(self, job: Job, execution: Execution, started: float, following: float | None) -> float | None:
        """Retries end where the schedule's next execution begins (RetryConfig.retry_count)."""
        first = execution.first_attempt if execution.attempts else started
        retry = next_attempt(job.retry_config, execution.attempts + 1, first, self._clock.now())
        if retry is not None and following is not None and retry >= following:
            return None
        return retry
