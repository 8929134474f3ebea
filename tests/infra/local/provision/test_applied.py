"""Plans applied to the real local cloud, each test in a project of its own."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest
from google.cloud.scheduler_v1 import CloudSchedulerClient
from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerGrpcTransport
from google.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from infra.local.provision import eventarc, pubsub, scheduler
from infra.local.provision.plan import plan
from infra.manifest.model import Broken, Manifest
from tests.infra.local.provision.conftest import Declare
from tests.support.platform import LocalPlatform

URL = "http://127.0.0.1:8081"
REGION = "us-central1"


@dataclass
class Project:
    """A project of the running local cloud, looked at through Google's clients."""

    name: str
    environment: dict[str, str]

    async def apply(self, manifest: Manifest, url: str = URL) -> None:
        planned = plan(manifest, url, self.name)
        grpc_target = self.environment["PUBSUB_EMULATOR_HOST"]
        await asyncio.to_thread(pubsub.apply, planned, grpc_target, self.name)
        await asyncio.to_thread(scheduler.apply, planned, grpc_target, self.name, REGION)
        await asyncio.to_thread(eventarc.apply, planned, self.environment["EVENTARC_EMULATOR_HOST"], self.name, REGION)

    async def state(self) -> dict[str, Any]:
        return await asyncio.to_thread(self._state)

    async def call(self, ask: Callable[[grpc.Channel], Any]) -> Any:
        def run() -> Any:
            with grpc.insecure_channel(self.environment["PUBSUB_EMULATOR_HOST"]) as channel:
                return ask(channel)

        return await asyncio.to_thread(run)

    def _state(self) -> dict[str, Any]:
        with grpc.insecure_channel(self.environment["PUBSUB_EMULATOR_HOST"]) as channel:
            publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
            subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
            jobs = CloudSchedulerClient(transport=CloudSchedulerGrpcTransport(channel=channel))
            parent = f"projects/{self.name}/locations/{REGION}"
            triggers = httpx.get(f"{self.environment['EVENTARC_EMULATOR_HOST']}/v1/{parent}/triggers").json()
            return {
                "topics": _by_id(publisher.list_topics(project=f"projects/{self.name}")),
                "subscriptions": _by_id(subscriber.list_subscriptions(project=f"projects/{self.name}")),
                "jobs": _by_id(jobs.list_jobs(parent=parent)),
                "triggers": {found["name"].rpartition("/")[2]: found for found in triggers.get("triggers", [])},
            }


@pytest.fixture
def project(platform: LocalPlatform) -> Project:
    return Project(f"test-{uuid.uuid4().hex[:12]}", platform.environment)


async def test_a_subscription_pushes_with_the_functions_identity_and_gives_up_to_the_dead_letters(
    project: Project, declare: Declare
) -> None:
    await project.apply(declare(score="@on_event(('trends',), event_types=('scored',), max_attempts=70, deadline=20)"))
    found = (await project.state())["subscriptions"]["score.trends"]
    assert found.push_config.push_endpoint == f"{URL}/score"
    assert found.push_config.oidc_token.audience == f"{URL}/score"
    assert found.push_config.oidc_token.service_account_email == f"score@{project.name}.iam.gserviceaccount.com"
    assert found.ack_deadline_seconds == 25
    assert found.filter == 'attributes.event_type = "scored"'
    assert found.dead_letter_policy.dead_letter_topic == f"projects/{project.name}/topics/dead-letters"
    assert found.dead_letter_policy.max_delivery_attempts == 70
    assert found.retry_policy.minimum_backoff.total_seconds() == 0.2
    assert found.message_retention_duration.days == 7


async def test_applying_again_changes_nothing(project: Project, declare: Declare) -> None:
    manifest = declare(
        score="@on_event(('trends',))",
        relay="@on_document('things/{thing}')",
        read="@on_object('xynergy-content')",
        sweep="@on_schedule('*/5 * * * *')",
    )
    await project.apply(manifest)
    before = await project.state()
    await project.apply(manifest)
    after = await project.state()
    assert after["subscriptions"] == before["subscriptions"]
    assert after["triggers"] == before["triggers"]
    assert set(after["triggers"]) == {"relay", "read"}
    assert [job.user_update_time for job in after["jobs"].values()] == [
        job.user_update_time for job in before["jobs"].values()
    ]


async def test_what_moved_or_changed_is_brought_in_line(project: Project, declare: Declare) -> None:
    await project.apply(
        declare(
            score="@on_event(('trends',), event_types=('a',))",
            count="@on_event(('trends',), deadline=20)",
            relay="@on_document('things/{thing}')",
            sweep="@on_schedule('0 1 * * *')",
        )
    )
    await project.apply(
        declare(
            score="@on_event(('trends',), event_types=('b',))",
            count="@on_event(('trends',), deadline=40)",
            relay="@on_document('others/{thing}')",
            sweep="@on_schedule('0 2 * * *')",
        ),
        url="http://127.0.0.1:9999",
    )
    state = await project.state()
    assert state["subscriptions"]["score.trends"].filter == 'attributes.event_type = "b"'
    assert state["subscriptions"]["count.trends"].ack_deadline_seconds == 45
    assert state["subscriptions"]["count.trends"].push_config.push_endpoint == "http://127.0.0.1:9999/count"
    assert state["triggers"]["relay"]["eventFilters"][2]["value"] == "others/{thing}"
    assert state["triggers"]["relay"]["destination"]["httpEndpoint"]["uri"] == "http://127.0.0.1:9999/relay"
    assert state["jobs"]["sweep"].schedule == "0 2 * * *"
    assert state["jobs"]["sweep"].http_target.uri == "http://127.0.0.1:9999/sweep"


async def test_what_is_no_longer_declared_goes_and_what_others_made_stays(project: Project, declare: Declare) -> None:
    await project.apply(
        declare(
            score="@on_event(('trends',))",
            relay="@on_document('things/{thing}')",
            sweep="@on_schedule('0 1 * * *')",
        )
    )
    await project.call(
        lambda channel: PublisherClient(transport=PublisherGrpcTransport(channel=channel)).create_topic(
            name=f"projects/{project.name}/topics/mine"
        )
    )
    await project.apply(declare())
    state = await project.state()
    assert (state["subscriptions"], state["triggers"], state["jobs"]) == ({}, {}, {})
    assert "trends" not in state["topics"]
    assert {"mine", "dead-letters", "marketing-engine-events"} <= set(state["topics"])


async def test_what_a_broken_file_declared_is_not_taken_for_gone(project: Project, declare: Declare) -> None:
    await project.apply(
        declare(
            score="@on_event(('trends',))",
            relay="@on_document('things/{thing}')",
            sweep="@on_schedule('0 1 * * *')",
        )
    )
    before = await project.state()
    await project.apply(Manifest((), (Broken("triggers/runtime/score.py", "line 1: SyntaxError"),)))
    after = await project.state()
    assert {kind: set(found) for kind, found in after.items()} == {kind: set(found) for kind, found in before.items()}


def _by_id(found: Any) -> dict[str, Any]:
    return {one.name.rpartition("/")[2]: one for one in found}
