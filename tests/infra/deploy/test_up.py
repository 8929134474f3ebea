"""The whole way: archives, the real Terraform, traffic through Google's own clients. Never green when partial."""

from __future__ import annotations

import argparse
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import build
from infra.deploy.commands import COMMANDS, Session
from infra.deploy.deployment import Deployment
from infra.deploy.errors import DeployError, Partial
from infra.deploy.gcloud import Gcloud
from infra.deploy.screen import Screen
from infra.deploy.secrets import ensure_versions
from infra.deploy.stage import Stage, stage
from infra.deploy.terraform import Applied, Terraform
from infra.local.options import ROOT
from infra.manifest.model import Manifest
from tests.infra.deploy.google_cloud import GoogleCloud
from tests.infra.deploy.on_loopback import edit, few
from tests.infra.terraform.workspace import schema_provider

FEW = ("get_campaign", "create_campaign", "relay_event", "sweep_outbox", "keep_dead_letter", "get_openapi")


@pytest.fixture
def manifest() -> Manifest:
    """A handful of functions, one of each kind: the whole platform is planned in tests/infra/terraform."""
    return few(*FEW)


@contextmanager
def deploying(where: Stage, cloud: GoogleCloud, manifest: Manifest, folder: Path) -> Iterator[Deployment]:
    """A deployment of the stage with the real Terraform."""
    configuration = folder / "configuration"
    shutil.copytree(ROOT / "infra" / "terraform", configuration)
    cloud.state_bucket().make()
    with schema_provider(folder / "provider.sock") as attach:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TF_REATTACH_PROVIDERS": attach, "GOGC": "400"}
        terraform = Terraform(where, configuration, {**environment, **cloud.buckets.environment})
        yield Deployment(where, terraform, Screen(io.StringIO()), 30, sleep=lambda _: None, manifest=manifest)


@pytest.fixture
def deployment(dev: Stage, cloud: GoogleCloud, manifest: Manifest, tmp_path: Path) -> Iterator[Deployment]:
    with deploying(dev, cloud, manifest, tmp_path) as made:
        yield made


def session(deployment: Deployment, cloud: GoogleCloud, **more: Any) -> Session:
    google: Any = cloud
    return Session(deployment, Gcloud(deployment.stage.project, {}), google, **more)


def options(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"steps": (10, 100), "pause": 1.0, "yes": True, "names": [], **given})


def said(deployment: Deployment) -> str:
    out = deployment.screen._out
    assert isinstance(out, io.StringIO)
    return out.getvalue()


@pytest.fixture(autouse=True)
def no_account_and_nothing_edited_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.deploy.health._is_service", lambda: False)
    monkeypatch.setattr("infra.deploy.health._token_of_a_person", lambda: "")
    monkeypatch.setattr(build, "_packed", build._packed)


def test_from_nothing_to_everything_and_back(deployment: Deployment, cloud: GoogleCloud) -> None:
    one = session(deployment, cloud)
    assert COMMANDS["up"](one, options()) == 0
    assert f"All {len(FEW)} functions are as they are here" in said(deployment)
    assert "https://xynergy-" in said(deployment)
    assert set(cloud.functions) == {name.replace("_", "-") for name in FEW}
    [key] = cloud.vault.values["xynergy-api-keys"]
    assert key.startswith(b"xyn_operator_")
    assert key.decode() not in said(deployment)

    cloud.sent.clear()
    assert COMMANDS["up"](one, options()) == 0, "a second time changes nothing"
    assert "Nothing to change" in said(deployment)
    assert cloud.sent == []
    assert COMMANDS["status"](one, options()) == 0
    [trigger] = cloud.changes.dead_letters
    assert "relay-event" in trigger
    del cloud.changes.dead_letters[trigger]
    with pytest.raises(Partial, match="relay-event: what cannot be delivered is dropped"):
        COMMANDS["status"](one, options())
    assert COMMANDS["up"](one, options()) == 0

    edited = _edited(deployment)
    with pytest.raises(Partial, match=f"Partial: {len(FEW) - 1} of {len(FEW)} functions are as wanted") as partial:
        COMMANDS["status"](one, options())
    assert partial.value.lines == ("get-campaign: another content than here",)
    cloud.measured_of = {"get-campaign-00001": (1000, 1, 10.0), "get-campaign-00002": (1000, 500, 10.0)}
    with pytest.raises(Partial, match=r"get-campaign: 50.0% of 1000 requests failed"):
        COMMANDS["up"](one, options())
    assert cloud.shares("get-campaign") == {"get-campaign-00001": 100}
    assert edited in said(deployment), "why it changed"

    cloud.measured_of = {}
    assert COMMANDS["canary"](one, options(name="get_campaign")) == 0
    assert cloud.shares("get-campaign") == {"get-campaign-00002": 100}
    assert COMMANDS["rollback"](one, options(names=["get-campaign"])) == 0
    assert cloud.shares("get-campaign") == {"get-campaign-00001": 100}
    with pytest.raises(Partial, match="there is no revision before"):
        COMMANDS["rollback"](one, options(names=["sweep-outbox"]))
    assert cloud.ticks.said == [("pause", "sweep-outbox"), ("resume", "sweep-outbox")]
    with pytest.raises(Partial, match="there is no revision before"):
        COMMANDS["rollback"](one, options(names=["get-campaign", "get-openapi"]))

    assert COMMANDS["destroy"](one, options()) == 0
    assert cloud.ticks.said[-1] == ("pause", "sweep-outbox"), "nothing ticks while its function goes"
    assert cloud.buckets.state(deployment.stage.state_bucket, deployment.stage.name)["resources"] == []


def _edited(deployment: Deployment) -> str:
    file = "functions/marketing/get_campaign.py"
    edit("get_campaign", file)
    return file


def test_a_pull_requests_stage_is_a_project_of_its_own_and_leaves_nothing_behind(
    dev: Stage, cloud: GoogleCloud, tmp_path: Path
) -> None:
    mine = replace(stage("pr-7"), folder=tmp_path / "pr-7")
    its = GoogleCloud(mine, cloud.buckets)
    its.start()
    try:
        with deploying(mine, its, few("sweep_outbox"), tmp_path) as deployment:
            cloud.state_bucket().make()
            one = session(deployment, its)
            assert COMMANDS["plan"](one, options()) == 0
            assert COMMANDS["up"](one, options()) == 0
            assert set(its.functions) == {"sweep-outbox"}
            assert cloud.functions == {}, "nobody else's project is touched"
            assert COMMANDS["destroy"](one, options()) == 0
            assert not its.state_bucket().exists()
            assert cloud.state_bucket().exists()
            assert "nothing is left of pr-7" in said(deployment)
    finally:
        its.stop()


class Stubborn:
    """Terraform as far as Google's quotas let it: so many calls come too soon before it is through."""

    def __init__(self, *ends: Applied) -> None:
        self.ends, self.planned = list(ends), 0

    def apply(self, parallelism: int, told: Any) -> Applied:
        return self.ends.pop(0)

    def plan(self, *more: str) -> dict[str, Any]:
        self.planned += 1
        return {}


def stubborn(dev: Stage, manifest: Manifest, *ends: Applied) -> tuple[Deployment, list[float]]:
    slept: list[float] = []
    terraform: Any = Stubborn(*ends)
    return Deployment(dev, terraform, Screen(io.StringIO()), 10, sleep=slept.append, manifest=manifest), slept


TOO_FAST = Applied(3, ("a: googleapi: Error 429: Quota exceeded for quota metric 'Write requests'",))


def test_googles_quotas_are_waited_for(dev: Stage, manifest: Manifest) -> None:
    deployment, slept = stubborn(dev, manifest, TOO_FAST, TOO_FAST, Applied(5))
    assert deployment.apply(deployment.plan()) == 11
    assert slept == [65.0, 65.0]


@pytest.mark.parametrize(
    "end", [Applied(7, ("b: Error 403: Permission denied",)), Applied(0, (*TOO_FAST.failures, "c"))]
)
def test_any_other_failure_ends_it_and_names_what_was_not_done(dev: Stage, manifest: Manifest, end: Applied) -> None:
    deployment, slept = stubborn(dev, manifest, end)
    with pytest.raises(Partial, match=f"{end.done} resources were changed, {len(end.failures)} were not") as partial:
        deployment.apply(deployment.plan())
    assert partial.value.lines == end.failures
    assert partial.value.exit_code == 1
    assert slept == []


def test_what_holds_data_is_not_lost_without_a_word(deployment: Deployment, cloud: GoogleCloud) -> None:
    one = session(deployment, cloud, ask=lambda _: "something else")
    with pytest.raises(DeployError, match="Nothing was changed"):
        COMMANDS["destroy"](one, options(yes=False))


def test_a_secret_that_only_people_have_is_asked_for(cloud: GoogleCloud) -> None:
    cloud.vault.applied = lambda kind: [{"secret_id": "xynergy-audit-key"}, {"secret_id": "openai-api-key"}]
    wanted = "gcloud secrets versions add openai-api-key --project=xynergy-test"
    with pytest.raises(Partial, match=wanted):
        ensure_versions(cloud.secrets(), ["xynergy-audit-key", "openai-api-key"])
    assert cloud.vault.values["xynergy-audit-key"][0].startswith(b"-----BEGIN")
    with pytest.raises(Partial, match=wanted):
        ensure_versions(cloud.secrets(), ["xynergy-audit-key", "openai-api-key"])
    assert len(cloud.vault.values["xynergy-audit-key"]) == 1, "what is there stays"
