from __future__ import annotations

import json
import sys
from pathlib import Path

from infra.install import LOCKS, Environment, requirements

LOCK = """\
alpha==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
    # via beta
beta[extra]==2.1 ; python_version < '4' \\
    --hash=sha256:bb
gamma-delta==3
"""


def test_a_lock_is_read_as_its_requirements_without_the_comments() -> None:
    found = requirements(LOCK.replace("beta[extra]", "beta"))
    assert list(found) == ["alpha", "beta", "gamma-delta"]
    assert found["alpha"] == "alpha==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab"
    assert found["gamma-delta"] == "gamma-delta==3"


def test_every_requirement_of_the_repositorys_locks_is_pinned_by_hash() -> None:
    for lock in LOCKS.glob("*.txt"):
        found = requirements(lock.read_text(encoding="utf-8"))
        assert found
        assert all("--hash=sha256:" in block for block in found.values()), lock.name


def test_what_develops_the_platform_can_also_run_it() -> None:
    development = requirements((LOCKS / "development.txt").read_text(encoding="utf-8"))
    local = requirements((LOCKS / "local.txt").read_text(encoding="utf-8"))
    assert local.items() <= development.items()


def test_an_environment_without_a_record_is_unfinished(tmp_path: Path) -> None:
    assert Environment(tmp_path).installed() is None


def test_an_environment_of_another_python_counts_as_unfinished(tmp_path: Path) -> None:
    _environment(tmp_path, python="3.9.1 (elsewhere)")
    assert Environment(tmp_path).installed() is None


def test_an_environment_whose_python_is_gone_counts_as_unfinished(tmp_path: Path) -> None:
    _environment(tmp_path).python.unlink()
    assert Environment(tmp_path).installed() is None


def test_what_is_installed_already_is_not_installed_again(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    before = (tmp_path / "installed.json").stat()
    environment.ensure({"alpha": "alpha==1.0"})
    assert (tmp_path / "installed.json").stat().st_mtime_ns == before.st_mtime_ns


def _environment(folder: Path, python: str = sys.version) -> Environment:
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "installed.json").write_text(json.dumps({"python": python, "packages": {"alpha": "alpha==1.0"}}))
    return Environment(folder)
