"""infra/cloudbuild.yaml: its steps run as Cloud Build runs them, against the loopback's Google Cloud."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra.local.options import ROOT
from tests.infra.deploy.google_cloud import GoogleCloud
from tests.infra.deploy.pipeline import Refused, read
from tests.infra.terraform.workspace import schema_provider, terraform_program

FILE = ROOT / "infra" / "cloudbuild.yaml"
FUNCTIONS = ("get_campaign", "relay_event", "sweep_outbox", "keep_dead_letter")

DEPLOY = """#!/bin/sh
# Checks, tests and packaging are the pipeline's business only in whether they fail.
echo "$1" >>{folder}/said
case "$1" in check | test | package) exec test "$1" != "$(cat {folder}/failing)" ;; esac
cd {root} && exec {own} "$@"
"""


@dataclass
class Pipeline:
    """The file, and a workspace whose ./deploy.sh speaks with the loopback."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def run(self, commit: str, failing: str = "", **edited: str) -> dict[str, str]:
        """How each step ended."""
        (self.folder / "failing").write_text(failing)
        (self.folder / "settings.json").write_text(json.dumps({**self.settings, "edited": edited}))
        build = read(FILE, {"COMMIT_SHA": commit, "PROJECT_ID": "xynergy-test", "_STEPS": "10,100", "_PAUSE": "1"})
        base = f"{self.folder / 'image'}:/usr/bin:/bin"
        images = {"python": base, "hashicorp/terraform": f"{Path(terraform_program()).parent}:{base}"}
        return build.run(self.folder / "workspace", images)

    def said(self) -> list[str]:
        """The commands of ./deploy.sh, in their order."""
        return (self.folder / "said").read_text().split()


@pytest.fixture
def pipeline(cloud: GoogleCloud, tmp_path: Path) -> Iterator[Pipeline]:
    workspace, image = tmp_path / "workspace", tmp_path / "image"
    for folder in (workspace, image, tmp_path / "home"):
        folder.mkdir()
    shutil.copytree(ROOT / "infra" / "terraform", tmp_path / "configuration")
    (image / "apt-get").write_text("#!/bin/sh\n")
    own = f"{sys.executable} -m tests.infra.deploy.on_loopback {tmp_path / 'settings.json'}"
    (workspace / "deploy.sh").write_text(DEPLOY.format(folder=tmp_path, root=ROOT, own=own))
    for program in (image / "apt-get", workspace / "deploy.sh"):
        program.chmod(0o755)
    cloud.state_bucket().make()
    with schema_provider(tmp_path / "provider.sock") as attach:
        yield Pipeline(
            tmp_path,
            {
                "folder": str(cloud.stage.folder),
                "configuration": str(tmp_path / "configuration"),
                "url": cloud.buckets.url,
                "port": cloud.port,
                "functions": FUNCTIONS,
                "environment": {"HOME": str(tmp_path), "TF_REATTACH_PROVIDERS": attach, "GOGC": "400"},
            },
        )


def test_a_commit_is_tested_built_deployed_under_its_name_and_taken_back_where_it_fails(
    cloud: GoogleCloud, pipeline: Pipeline
) -> None:
    first, second = "a" * 40, "b" * 40
    ended = pipeline.run(first)
    assert set(ended.values()) == {"SUCCESS"}, ended
    assert list(ended) == ["terraform", "test", "build", "plan", "deploy"]
    assert pipeline.said() == ["check", "test", "package", "plan", "up"]
    assert {one["labels"]["commit"] for one in cloud._applied("cloud_run_v2_service")} == {first}
    assert cloud.shares("get-campaign") == {"get-campaign-00001": 100}

    cloud.measured_of = {"get-campaign-00001": (1000, 1, 10.0), "get-campaign-00002": (1000, 500, 10.0)}
    ended = pipeline.run(second, get_campaign="functions/marketing/get_campaign.py")
    assert ended["deploy"].startswith("FAILURE")
    assert "get-campaign: 50.0% of 1000 requests failed" in ended["deploy"]
    assert cloud.shares("get-campaign") == {"get-campaign-00001": 100}
    assert ("get-campaign", {"get-campaign-00001": 90, "get-campaign-00002": 10}) in cloud.sent


@pytest.mark.parametrize(("failing", "last"), [("check", "test"), ("test", "test"), ("package", "build")])
def test_nothing_is_deployed_of_a_commit_that_fails_before(
    cloud: GoogleCloud, pipeline: Pipeline, failing: str, last: str
) -> None:
    ended = pipeline.run("a" * 40, failing)
    assert [step for step, how in ended.items() if how != "SUCCESS"] == [last]
    assert list(ended)[-1] == last
    assert not {"plan", "up"} & set(pipeline.said())
    assert cloud.functions == {}


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ("  machineType:", "  machinetype:", "machinetype"),
        ("E2_HIGHCPU_8", "E2_HIGHCPU_7", "E2_HIGHCPU_7"),
        ('"$$PWD', '"$PWD', "'PWD' is not a valid built-in"),
        ("waitFor: [plan]", "waitFor: [plans]", "waits for steps that do not come before"),
        ("  _PAUSE:", "  _PAUSED:", "'_PAUSE' is not a valid built-in"),
        ("  _STAGE: dev", "  _STAGE: dev\n  _MORE: x", "not matched in the template: ['_MORE']"),
        ("timeout: 7200s", "timeout: 2 hours", "2 hours"),
    ],
)
def test_a_file_that_cloud_build_would_refuse_is_seen_here(tmp_path: Path, was: str, becomes: str, reason: str) -> None:
    text = FILE.read_text()
    assert was in text
    (tmp_path / "build.yaml").write_text(text.replace(was, becomes, 1))
    with pytest.raises(Refused) as refused:
        read(tmp_path / "build.yaml", {"COMMIT_SHA": "a" * 40, "PROJECT_ID": "p"})
    assert reason in str(refused.value)


def test_no_image_but_terraforms_has_its_program() -> None:
    assert shutil.which("terraform", path="/usr/bin:/bin") is None, "else nothing shows that the steps bring it along"
