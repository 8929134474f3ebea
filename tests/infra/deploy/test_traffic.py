"""Traffic goes to new revisions in steps, each looked at, through Google's clients; and comes back where it must."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from google.api_core.exceptions import FailedPrecondition, InvalidArgument

from infra.deploy import health
from infra.deploy.health import Figures, judge
from infra.deploy.screen import Screen
from infra.deploy.traffic import Rollout
from tests.infra.deploy.google_cloud import GoogleCloud


def rollout(cloud: GoogleCloud, out: io.StringIO | None = None, **more: object) -> Rollout:
    made = Rollout(cloud.services(), cloud.measured(), Screen(out or io.StringIO()), sleep=lambda _: None)
    made.headers = lambda audience: {"X-Serverless-Authorization": f"Bearer for {audience}"}
    for name, value in more.items():
        setattr(made, name, value)
    return made


def deploy_twice(cloud: GoogleCloud, name: str, kind: str = "http") -> tuple[str, str]:
    """A function with a former revision that has all traffic and a new one that has none."""
    old = cloud.deploy(name, "a" * 40, kind)
    assert rollout(cloud).run([cloud.services().get(name)]) == {}
    assert cloud.shares(name) == {old: 100}
    return old, cloud.deploy(name, "b" * 40, kind)


def waiting(cloud: GoogleCloud) -> list:
    return [found for found in cloud.services().all().values() if not found.settled]


def test_the_first_revision_has_all_traffic_and_is_pinned(cloud: GoogleCloud) -> None:
    first = cloud.deploy("create-campaign", "a" * 40)
    assert not cloud.services().get("create-campaign").settled, "Google would send everybody to the next one at once"
    assert rollout(cloud).run(waiting(cloud)) == {}
    assert cloud.services().get("create-campaign").settled
    assert cloud.sent == [("create-campaign", {first: 100})]


def test_a_good_revision_gets_its_traffic_in_the_steps_that_were_asked_for(cloud: GoogleCloud) -> None:
    old, new = deploy_twice(cloud, "create-campaign")
    cloud.sent.clear()
    cloud.measured_of = {old: (1000, 2, 80.0), new: (100, 0, 90.0)}
    out = io.StringIO()
    assert rollout(cloud, out).run(waiting(cloud)) == {}
    assert [shares for _, shares in cloud.sent] == [{old: 100}, {old: 90, new: 10}, {old: 50, new: 50}, {new: 100}]
    assert cloud.services().get("create-campaign").settled
    assert "create-campaign" in out.getvalue()
    assert "\x1b" not in out.getvalue(), "no colours where there is no terminal"


def test_a_new_revision_is_called_at_its_own_address_before_anybody_is_sent_there(cloud: GoogleCloud) -> None:
    old, new = deploy_twice(cloud, "relay-event", kind="document")
    cloud.sent.clear()
    cloud.dead.add(new)
    failed = rollout(cloud).run(waiting(cloud))
    assert "answered 503" in failed["relay-event"]
    assert cloud.probed[-1] == ("POST", new, "Bearer for https://relay-event.run.app")
    assert [shares for _, shares in cloud.sent] == [{old: 100}, {old: 100}], "nobody ever reached the new one"


@pytest.mark.parametrize(
    ("figures", "reason"),
    [((200, 20, 90.0), "10.0% of 200 requests failed (before: 0.2%)"), ((200, 0, 400.0), "p95 is 400 ms (before: 80")],
)
def test_errors_or_slowness_take_the_traffic_back(
    cloud: GoogleCloud, figures: tuple[int, int, float], reason: str
) -> None:
    old, new = deploy_twice(cloud, "create-campaign")
    cloud.measured_of = {old: (1000, 2, 80.0), new: figures}
    failed = rollout(cloud).run(waiting(cloud))
    assert reason in failed["create-campaign"]
    assert cloud.shares("create-campaign") == {old: 100}
    assert (new, 50) not in [item for _, shares in cloud.sent for item in shares.items()], "10 % were enough to see it"


def test_one_bad_function_stops_no_other(cloud: GoogleCloud) -> None:
    bad_old, bad_new = deploy_twice(cloud, "bad")
    _, good_new = deploy_twice(cloud, "good")
    cloud.measured_of = {bad_old: (100, 0, 10.0), bad_new: (100, 50, 10.0)}
    assert set(rollout(cloud).run(waiting(cloud))) == {"bad"}
    assert (cloud.shares("bad"), cloud.shares("good")) == ({bad_old: 100}, {good_new: 100})


def test_what_was_interrupted_is_taken_up_where_it_is(cloud: GoogleCloud) -> None:
    old, new = deploy_twice(cloud, "create-campaign")

    class Interrupted(Exception):
        pass

    def look(*_: object) -> Figures:
        raise Interrupted

    stopped = rollout(cloud)
    stopped.measured = type("Looks", (), {"figures": look})()
    with pytest.raises(Interrupted):
        stopped.run(waiting(cloud))
    assert cloud.shares("create-campaign") == {old: 90, new: 10}
    assert rollout(cloud).run(waiting(cloud)) == {}
    assert cloud.shares("create-campaign") == {new: 100}


def test_a_revision_that_never_became_ready_gets_nothing(cloud: GoogleCloud) -> None:
    old, _ = deploy_twice(cloud, "create-campaign")
    cloud.functions["create-campaign"].broken = "The user-provided container failed to start."
    failed = rollout(cloud).run(waiting(cloud))
    assert "failed to start" in failed["create-campaign"]
    assert cloud.shares("create-campaign") == {old: 100}


def test_the_revision_before_the_serving_one_is_the_one_to_go_back_to(cloud: GoogleCloud) -> None:
    old, new = deploy_twice(cloud, "create-campaign")
    services = cloud.services()
    services.send("create-campaign", {new: 100})
    assert services.former(services.get("create-campaign")) == old
    services.send("create-campaign", {old: 100})
    assert services.former(services.get("create-campaign")) == ""


def test_google_is_never_asked_for_what_it_would_refuse(cloud: GoogleCloud) -> None:
    cloud.deploy("create-campaign", "a" * 40)
    services = cloud.services()
    with pytest.raises(ValueError, match="not 100 percent"):
        services.send("create-campaign", {"create-campaign-00001": 90})
    with pytest.raises((FailedPrecondition, InvalidArgument)):
        services.send("create-campaign", {"create-campaign-00009": 100})


def test_few_requests_are_no_evidence() -> None:
    assert judge(Figures(19, 19, 9000.0), Figures(1000, 0, 10.0)) == ""
    assert judge(Figures(20, 20, 10.0), Figures(1000, 0, 10.0)) != ""
    assert judge(Figures(1000, 20, 10.0), Figures(1000, 0, 10.0)) == "", "two in a hundred are within the noise"
    assert judge(Figures(100, 0, 109.0), Figures(100, 0, 10.0)) == "", "a p95 that grew by less than 100 ms"


@pytest.mark.parametrize(("signed_in", "headers"), [(True, {"X-Serverless-Authorization": "Bearer abc"}), (False, {})])
def test_a_person_calls_a_canary_with_the_identity_that_gcloud_has_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signed_in: bool, headers: dict[str, str]
) -> None:
    program = tmp_path / "gcloud"
    program.write_text(f"#!/bin/sh\n[ \"$*\" = 'auth print-identity-token' ] && {signed_in!s} && echo abc\n".lower())
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(health, "_is_service", lambda: False)
    health._token_of_a_person.cache_clear()
    assert health.caller_headers("https://create-campaign.run.app") == headers
    health._token_of_a_person.cache_clear()
