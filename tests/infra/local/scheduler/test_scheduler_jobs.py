"""Jobs through google-cloud-scheduler, unchanged."""

from __future__ import annotations

import pytest
from google.api_core import exceptions
from google.cloud import scheduler_v1
from google.protobuf import field_mask_pb2

from tests.infra.local.scheduler.conftest import PARENT


async def test_a_created_job_has_googles_defaults_and_its_next_moment(client, http_job):
    job = await client.create_job(parent=PARENT, job=http_job(schedule="0 6 * * *", time_zone="Europe/Berlin"))
    assert job.state is scheduler_v1.Job.State.ENABLED
    assert job.schedule_time.isoformat() == "2026-09-22T04:00:00+00:00"
    assert job.attempt_deadline.total_seconds() == 180
    assert (job.retry_config.min_backoff_duration.total_seconds(), job.retry_config.max_doublings) == (5, 5)
    assert await client.get_job(name=job.name) == job


async def test_an_unnamed_job_gets_a_name(client, endpoint):
    job = await client.create_job(parent=PARENT, job={"schedule": "* * * * *", "http_target": {"uri": endpoint.url}})
    assert job.name.startswith(f"{PARENT}/jobs/")


async def test_jobs_are_listed_in_pages_of_their_location(client, http_job):
    for number in range(5):
        await client.create_job(parent=PARENT, job=http_job(f"j{number}"))
    pager = await client.list_jobs(request={"parent": PARENT, "page_size": 2})
    assert [job.name.rsplit("/", 1)[1] async for job in pager] == ["j0", "j1", "j2", "j3", "j4"]
    assert [job async for job in await client.list_jobs(parent="projects/p/locations/europe-west1")] == []


async def test_an_update_changes_what_its_mask_names(client, http_job):
    job = await client.create_job(parent=PARENT, job=http_job(description="old"))
    job.description, job.schedule = "new", "0 0 1 1 *"
    updated = await client.update_job(job=job, update_mask=field_mask_pb2.FieldMask(paths=["schedule"]))
    assert (updated.description, updated.schedule) == ("old", "0 0 1 1 *")
    assert updated.schedule_time.isoformat() == "2027-01-01T00:00:00+00:00"


async def test_a_deleted_job_is_gone(client, http_job):
    job = await client.create_job(parent=PARENT, job=http_job())
    await client.delete_job(name=job.name)
    with pytest.raises(exceptions.NotFound):
        await client.get_job(name=job.name)
    with pytest.raises(exceptions.NotFound):
        await client.delete_job(name=job.name)


async def test_a_second_job_of_the_same_name_is_refused(client, http_job):
    await client.create_job(parent=PARENT, job=http_job())
    with pytest.raises(exceptions.AlreadyExists):
        await client.create_job(parent=PARENT, job=http_job())


async def test_only_a_paused_job_is_resumed(client, http_job):
    job = await client.create_job(parent=PARENT, job=http_job())
    with pytest.raises(exceptions.FailedPrecondition):
        await client.resume_job(name=job.name)
    assert (await client.pause_job(name=job.name)).state is scheduler_v1.Job.State.PAUSED
    with pytest.raises(exceptions.FailedPrecondition):
        await client.pause_job(name=job.name)
    assert (await client.resume_job(name=job.name)).state is scheduler_v1.Job.State.ENABLED


@pytest.mark.parametrize(
    "wrong",
    [
        {"schedule": "every 5 minutes"},
        {"schedule": "61 * * * *"},
        {"schedule": "0 0 30 2 *"},
        {"time_zone": "Mars/Olympus"},
        {"http_target": {"uri": "ftp://x"}},
        {"http_target": {"http_method": "GET", "body": b"x"}},
        {"retry_config": {"retry_count": 6}},
        {"attempt_deadline": {"seconds": 5}},
        {"name": f"{PARENT}/jobs/not valid"},
    ],
)
async def test_a_job_that_cannot_run_is_refused(client, http_job, wrong):
    with pytest.raises(exceptions.InvalidArgument):
        await client.create_job(parent=PARENT, job=http_job() | http_job(**wrong) if "name" not in wrong else wrong)
