"""Jobs at their moments: headers, tokens, retries, deadlines, pauses and missed runs."""

from __future__ import annotations

from google.cloud import scheduler_v1

from infra.local.scheduler import SchedulerService
from tests.infra.local.scheduler.conftest import PARENT, START, Tokens, forward, until

TO_FIRST = 40.0  # START is 20 s into its minute
HOUR = 3600.0


async def test_a_job_fires_at_its_minute_with_googles_headers(client, clock, endpoint, http_job):
    job = http_job(
        http_target={
            "headers": {"X-Mine": "1", "User-Agent": "mine"},
            "body": b"{}",
            "oidc_token": {"service_account_email": "s@p", "audience": "me"},
        }
    )
    await client.create_job(parent=PARENT, job=job)
    await forward(clock, TO_FIRST - 1)
    assert endpoint.calls == []
    await forward(clock, 1)
    await until(lambda: len(endpoint.calls) == 1)
    method, headers, body = endpoint.calls[0]
    assert (method, body, headers["x-mine"]) == ("POST", b"{}", "1")
    assert headers["user-agent"] == "Google-Cloud-Scheduler"
    assert headers["x-cloudscheduler"] == "true"
    assert headers["x-cloudscheduler-jobname"] == "job"
    assert headers["x-cloudscheduler-scheduletime"] == "2026-09-21T14:14:00Z"
    assert headers["content-type"] == "application/octet-stream"
    assert headers["authorization"] == "Bearer token-for:s@p@me"


async def test_the_outcome_and_the_next_moment_are_kept(client, clock, endpoint, http_job):
    endpoint.statuses = [404]
    created = await client.create_job(parent=PARENT, job=http_job())
    await forward(clock, TO_FIRST)
    job = created
    while not job.status.code:
        job = await client.get_job(name=created.name)
    assert (job.status.code, job.last_attempt_time.timestamp()) == (5, START + TO_FIRST)
    assert job.schedule_time.timestamp() == START + TO_FIRST + 60


async def test_a_pubsub_job_publishes(running, clock):
    target = {"topic_name": "projects/p/topics/ticks", "data": b"tick", "attributes": {"k": "v"}}
    job = {"name": f"{PARENT}/jobs/ps", "schedule": "* * * * *", "pubsub_target": target}
    await running.client.create_job(parent=PARENT, job=job)
    await forward(clock, TO_FIRST)
    await until(lambda: bool(running.published))
    assert running.published == [("projects/p/topics/ticks", b"tick", {"k": "v"})]


async def test_a_failed_attempt_is_retried_with_backoff(client, clock, endpoint, http_job):
    endpoint.statuses = [500, 503]
    retry = {"retry_count": 3, "min_backoff_duration": {"seconds": 5}}
    created = await client.create_job(parent=PARENT, job=http_job(schedule="0 * * * *", retry_config=retry))
    await forward(clock, created.schedule_time.timestamp() - clock.now())
    await until(lambda: len(endpoint.calls) == 1)
    for wait, calls in ((5, 2), (10, 3)):
        job = created
        while job.schedule_time.timestamp() != clock.now() + wait:
            job = await client.get_job(name=created.name)
        await forward(clock, wait - 0.5)
        assert len(endpoint.calls) == calls - 1
        await forward(clock, 0.5)
        await until(lambda calls=calls: len(endpoint.calls) == calls)
    times = {headers["x-cloudscheduler-scheduletime"] for _, headers, _ in endpoint.calls}
    assert times == {"2026-09-21T15:00:00Z"}


async def test_an_endpoint_that_does_not_answer_has_missed_the_deadline(client, clock, endpoint, http_job):
    endpoint.hang = True
    created = await client.create_job(
        parent=PARENT, job=http_job(schedule="0 * * * *", attempt_deadline={"seconds": 15})
    )
    await forward(clock, created.schedule_time.timestamp() - clock.now())
    await until(lambda: len(endpoint.calls) == 1)
    await forward(clock, 15)
    job = created
    while not job.status.code:
        job = await client.get_job(name=created.name)
    assert job.status.code == 4


async def test_a_paused_job_does_not_fire_and_a_forced_one_fires_at_once(client, clock, endpoint, http_job):
    job = await client.create_job(parent=PARENT, job=http_job())
    await client.pause_job(name=job.name)
    await forward(clock, 10 * 60)
    assert endpoint.calls == []
    await client.run_job(name=job.name)
    await until(lambda: len(endpoint.calls) == 1)
    await forward(clock, 10 * 60)
    assert len(endpoint.calls) == 1


async def _restarted(tmp_path, clock, endpoint, schedule: str, down: float) -> SchedulerService:
    """A service with one job, stopped before it fires, started again `down` seconds later."""
    before = SchedulerService(tmp_path / "again", Tokens(), None, clock)
    request = scheduler_v1.CreateJobRequest.pb()(parent=PARENT)
    request.job.schedule, request.job.http_target.uri = schedule, endpoint.url
    before.create_job(request)
    await before.stop()
    await forward(clock, down)
    after = SchedulerService(tmp_path / "again", Tokens(), None, clock)
    await after.start()
    return after


async def test_runs_that_were_missed_while_down_are_made_up_for_once(tmp_path, clock, endpoint):
    service = await _restarted(tmp_path, clock, endpoint, "* * * * *", down=3 * HOUR)
    try:
        await until(lambda: len(endpoint.calls) == 1)
        assert endpoint.calls[0][1]["x-cloudscheduler-scheduletime"] == "2026-09-21T14:14:00Z"
        await until(lambda: service.backlog() == 0)
        await forward(clock, TO_FIRST - 1)
        assert len(endpoint.calls) == 1
        await forward(clock, 1)
        await until(lambda: len(endpoint.calls) == 2)
    finally:
        await service.stop()


async def test_a_run_missed_by_a_day_is_dropped(tmp_path, clock, endpoint):
    service = await _restarted(tmp_path, clock, endpoint, "14 14 21 * *", down=25 * HOUR)
    try:
        assert service.backlog() == 0
        await forward(clock, 1)
        assert endpoint.calls == []
    finally:
        await service.stop()


async def test_a_daily_job_down_for_days_makes_up_for_the_last_one_only(tmp_path, clock, endpoint):
    service = await _restarted(tmp_path, clock, endpoint, "14 14 * * *", down=73 * HOUR)
    try:
        await until(lambda: len(endpoint.calls) == 1)
        assert endpoint.calls[0][1]["x-cloudscheduler-scheduletime"] == "2026-09-24T14:14:00Z"
        await until(lambda: service.backlog() == 0)
    finally:
        await service.stop()
