"""What is looked after beside the functions: ticks, dead letters of triggers, old revisions, left over configs."""

from __future__ import annotations

import io
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition

from infra.deploy.gateway import KEPT as CONFIGS_KEPT
from infra.deploy.gateway import config_of
from infra.deploy.screen import Screen
from infra.deploy.services import AGE, KEPT
from infra.deploy.triggers import ATTEMPTS, ROLE
from infra.deploy.upkeep import Surroundings, Upkeep
from tests.infra.deploy.google_cloud import GoogleCloud
from tests.infra.deploy.google_cloud.cloud import BEGAN

AGENT = "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com"
APPLIED = {
    "cloud_scheduler_job": [{"name": "sweep-outbox"}, {"name": "somebody-elses"}],
    "eventarc_trigger": [{"name": "relay-event", "location": "nam5"}],
    "pubsub_topic": [{"name": "dead-letters"}],
    "api_gateway_gateway": [{"gateway_id": "xynergy"}],
    "api_gateway_api_config": [{"api_config_id": config_of("{}")}],
}
WANTED = Surroundings(frozenset({"sweep-outbox"}), frozenset({"relay-event"}), config_of("{}"), AGENT)


@pytest.fixture
def cloud(cloud: GoogleCloud) -> GoogleCloud:
    for part in (cloud.ticks, cloud.changes, cloud.door):
        part.applied = lambda kind: APPLIED[kind]
    return cloud


def upkeep(cloud: GoogleCloud, wanted: Surroundings = WANTED) -> Upkeep:
    google: Any = cloud
    return Upkeep(google, wanted, Screen(io.StringIO()), sleep=lambda _: None)


def test_a_trigger_gets_dead_letters_and_pub_sub_may_move_them(cloud: GoogleCloud) -> None:
    one = upkeep(cloud)
    [fault] = one.wrong()
    assert fault.startswith("relay-event: what cannot be delivered is dropped after a day")
    one.mend()
    assert one.wrong() == ()
    [(name, policy)] = cloud.changes.dead_letters.items()
    assert name == cloud.changes.subscription("relay-event")
    assert policy.dead_letter_topic == "projects/xynergy-test/topics/dead-letters"
    assert policy.max_delivery_attempts == ATTEMPTS
    [binding] = cloud.changes.policies[name].bindings
    assert (binding.role, list(binding.members)) == (ROLE, [AGENT])


def test_what_somebody_took_away_is_seen_and_given_again_and_nothing_is_given_twice(cloud: GoogleCloud) -> None:
    one, name = upkeep(cloud), cloud.changes.subscription("relay-event")
    one.mend()
    del cloud.changes.policies[name]
    assert [fault.partition(" lacks")[0] for fault in one.wrong()] == [
        f"relay-event: Pub/Sub may not take dead letters from its subscription: {AGENT}"
    ]
    one.mend()
    one.mend()
    assert one.wrong() == ()
    assert len(cloud.changes.policies[name].bindings) == 1


def test_a_trigger_that_is_not_there_is_told(cloud: GoogleCloud) -> None:
    more = Surroundings(WANTED.jobs, WANTED.triggers | {"gone"}, WANTED.config, AGENT)
    assert "gone: there is no such trigger" in upkeep(cloud, more).wrong()


def test_a_job_that_somebody_paused_is_seen_and_ticks_again(cloud: GoogleCloud) -> None:
    one = upkeep(cloud)
    one.mend()
    cloud.ticks.paused |= {"sweep-outbox", "somebody-elses"}
    assert one.wrong() == ("sweep-outbox: its job is paused",)
    one.mend()
    assert (one.wrong(), cloud.ticks.paused) == ((), {"somebody-elses"})


def test_a_gateway_with_another_specification_is_not_as_wanted(cloud: GoogleCloud) -> None:
    upkeep(cloud).mend()
    other = Surroundings(WANTED.jobs, WANTED.triggers, config_of("other"), AGENT)
    assert upkeep(cloud, other).wrong() == (f"the gateway runs {config_of('{}')}, and not {config_of('other')}",)


def test_jobs_stand_still_within_the_block_and_those_that_did_before_stay_so(cloud: GoogleCloud) -> None:
    cloud.ticks.paused.add("somebody-elses")
    schedules = cloud.schedules()
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(KeyError))
        stack.enter_context(schedules.standing_still(["sweep-outbox", "somebody-elses", "no-job"]))
        assert cloud.ticks.paused == {"sweep-outbox", "somebody-elses"}
        raise KeyError
    assert cloud.ticks.paused == {"somebody-elses"}
    assert cloud.ticks.said == [("pause", "sweep-outbox"), ("resume", "sweep-outbox")]


def deployed(cloud: GoogleCloud, revisions: int) -> list[str]:
    """A function with so many revisions, an hour apart; the newest has all traffic."""
    for number in range(revisions):
        cloud.deploy("create-campaign", f"{number}" * 40)
    names = list(cloud.functions["create-campaign"].revisions)
    cloud.services().send("create-campaign", {names[-1]: 100})
    return names


def test_outlived_revisions_go_and_the_last_good_ones_stay_to_be_gone_back_to(cloud: GoogleCloud) -> None:
    names = deployed(cloud, KEPT + 3)
    assert upkeep(cloud).tidy() == ()
    assert cloud.deleted == names[:3], "the oldest first"
    assert cloud.functions["create-campaign"].revisions == names[3:]
    cloud.deleted.clear()
    assert upkeep(cloud).tidy() == ()
    assert cloud.deleted == []


def test_a_revision_with_traffic_or_younger_than_a_day_stays_however_many_there_are(cloud: GoogleCloud) -> None:
    names = deployed(cloud, KEPT + 3)
    services = cloud.services()
    found = services.send("create-campaign", {names[0]: 10, names[-1]: 90})
    last = BEGAN + timedelta(hours=KEPT + 3)
    assert services.outlived(found, last) == ()
    assert services.outlived(found, BEGAN + timedelta(hours=2.5) + AGE) == (names[1],)
    assert services.outlived(found, datetime.now(UTC)) == (names[1], names[2])
    with pytest.raises(FailedPrecondition, match="in use"):
        services.delete("create-campaign", names[0])


def test_what_google_will_not_delete_is_told_and_stops_nothing_else(
    cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = deployed(cloud, KEPT + 3)
    found = cloud.services().get("create-campaign")
    monkeypatch.setattr("infra.deploy.services.Services.outlived", lambda *_: (names[0], "gone", names[1]))
    assert found.serving == names[-1]
    assert upkeep(cloud).tidy() == ("gone: Revision gone does not exist.",)
    assert cloud.deleted == [names[0], names[1]]


def test_left_over_configs_of_the_gateway_are_pruned_but_for_the_newest_and_the_one_that_runs(
    cloud: GoogleCloud,
) -> None:
    cloud.door.old = {f"spec-{age:03d}": float(age) for age in range(20, 20 + CONFIGS_KEPT + 4)}
    upkeep(cloud).tidy()
    assert cloud.door.deleted == ["spec-033", "spec-032", "spec-031", "spec-030"]
    cloud.door.old = {f"young-{number}": 1.0 for number in range(CONFIGS_KEPT + 4)}
    upkeep(cloud).tidy()
    assert len(cloud.door.old) == CONFIGS_KEPT + 4, "they may be another deployment's that is under way"
    with pytest.raises(FailedPrecondition, match="in use"):
        cloud.gateway().delete(config_of("{}"))
