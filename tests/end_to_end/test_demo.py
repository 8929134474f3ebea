"""The demo, played as a newcomer plays it: a process of its own against a platform of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.demo.day import read_day
from infra.demo.own import provider_variables
from infra.demo.place import place_in
from infra.demo.platform_process import PlatformProcess
from infra.demo.stand_in import StandIn
from infra.local.options import ROOT

_WITHIN = 120.0


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    day = read_day()
    with StandIn(day.provider.answer, day.provider.plan) as provider:
        yield provider


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, provider: StandIn) -> Iterator[PlatformProcess]:
    data = tmp_path_factory.mktemp("demo") / "data"
    platform = PlatformProcess(data, environment=provider_variables(provider))
    platform.start()
    try:
        platform.wait_ready()
        yield platform
    finally:
        platform.stop()


def test_every_scene_comes_out_as_it_should_with_a_provider_that_dies(
    platform: PlatformProcess, provider: StandIn
) -> None:
    from infra.demo.__main__ import play
    from infra.demo.story import Records

    lines = list[str]()
    story = Records(lines.append)
    play(place_in(platform.local), read_day(), story, provider)
    steps = [json.loads(line) for line in lines]
    assert [step for step in steps if step["outcome"] != "ok" and "has no Gmail" not in step["came_back"]] == []
    assert len({step["scene"] for step in steps}) == 15
    assert provider.asked >= 2


def test_against_a_plain_platform_it_is_green_and_says_what_it_could_not_play(platform: PlatformProcess) -> None:
    played = _demo("--data", str(platform.data))
    assert played.returncode == 0, played.stdout + played.stderr
    assert "./deploy.sh demo --own" in played.stdout
    assert "✗" not in played.stdout
    assert "\x1b[" not in played.stdout


@pytest.mark.long  # a tenant on the standard plan: the demo waits its rate limits out
def test_a_tenants_own_key_is_enough(platform: PlatformProcess) -> None:
    local = platform.local
    played = _demo("--gateway", local["gateway"], "--key", local["api_key"], "--json")
    steps = [json.loads(line) for line in played.stdout.splitlines()]
    assert [step for step in steps[:-1] if step["outcome"] == "failed"] == []
    assert played.returncode == 0, played.stderr
    assert steps[-1]["failures"] == 0


def test_what_is_not_as_it_should_be_ends_in_exit_code_1(platform: PlatformProcess, tmp_path: Path) -> None:
    script = (ROOT / "infra" / "demo" / "day.toml").read_text()
    wrong = tmp_path / "day.toml"
    wrong.write_text(script.replace("status = 422", "status = 418", 1))
    played = _demo("--data", str(platform.data), "--day", str(wrong))
    assert played.returncode == 1
    assert "✗ A budget in words" in played.stdout


def test_without_a_platform_it_says_how_to_start_one(tmp_path: Path) -> None:
    played = _demo("--data", str(tmp_path / "nothing"))
    assert played.returncode == 2
    assert "./deploy.sh local" in played.stderr
    assert "Traceback" not in played.stderr


def _demo(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.demo", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_WITHIN, check=False)
