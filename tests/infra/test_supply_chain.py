"""What the platform is built from: pinned by hash, linted for security, free of credentials."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from infra.install import requirements
from infra.local.options import ROOT

LOCKS = sorted((ROOT / "infra" / "locks").rglob("*.txt"))
OPTIONS = ["--disable-plugin", "HexHighEntropyString"]


def configuration() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_of_a_lock_is_one_version_with_hashes(lock: Path) -> None:
    blocks = requirements(lock.read_text())
    assert len(blocks) > (0 if lock.parent.name == "tools" else 40)
    for name, block in blocks.items():
        assert re.match(r"[a-z0-9][a-z0-9.-]*==[0-9][^ ]*( |$)", block), name
        assert "--hash=sha256:" in block, name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_lock_says_where_packages_come_from(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|git\+|file:| @ ", text)


def test_every_declared_dependency_is_in_its_lock() -> None:
    project = configuration()["project"]
    declared = {"functions": project["dependencies"], "local": project["optional-dependencies"]["local"]}
    declared["development"] = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    for lock, wanted in declared.items():
        locked = set(requirements((ROOT / "infra" / "locks" / f"{lock}.txt").read_text()))
        names = {re.split(r"[\[><=~ ]", line)[0].lower() for line in wanted}
        assert names <= locked, lock


def test_security_rules_are_on_for_everything_but_tests() -> None:
    lint = configuration()["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert {pattern for pattern, rules in lint["per-file-ignores"].items() if "S" in rules} == {"tests/**"}
    assert [rule for rule in lint["ignore"] if rule.startswith("S") and not rule.startswith("SIM")] == ["S101"]


def test_a_planted_credential_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "settings.py"
    planted.write_text("aws = '" + "AKIA" + "IOSFODNN7QXAMPLF" + "'\n")
    command = [sys.executable, "-m", "detect_secrets.pre_commit_hook", *OPTIONS, str(planted)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert found.returncode == 1, found.stdout
    assert "AWS" in found.stdout


def test_the_check_of_every_change_searches_for_credentials() -> None:
    script = (ROOT / "deploy.sh").read_text()
    assert f"detect_secrets.pre_commit_hook {' '.join(OPTIONS)}" in script
    assert "secrets || failed=1" in script
