"""Environments built by the real pip, from a wheel of the test's own and without a network."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from infra.install import Environment, InstallFailed

pytestmark = pytest.mark.long

NAME = "greeting_of_test-1.0-py3-none-any.whl"
FILES = {
    "greeting_of_test.py": "HELLO = 'hello'\n",
    "greeting_of_test-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: greeting-of-test\nVersion: 1.0\n",
    "greeting_of_test-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "greeting_of_test-1.0.dist-info/RECORD": "",
}


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    wheel = tmp_path / NAME
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return {"greeting-of-test": f"greeting-of-test==1.0 \\\n    --hash=sha256:{digest}"}


def test_an_environment_is_built_once_and_anew_after_an_interruption(tmp_path: Path, lock: dict[str, str]) -> None:
    environment = Environment(tmp_path / ".venv")
    environment.ensure(lock)
    assert environment.installed() == lock
    assert _greeting(environment) == "hello"

    record = tmp_path / ".venv" / "installed.json"
    record.unlink()
    (tmp_path / ".venv" / "half-installed").touch()
    environment.ensure(lock)
    assert not (tmp_path / ".venv" / "half-installed").exists()
    assert _greeting(environment) == "hello"


def test_a_moved_environment_goes_on_working(tmp_path: Path, lock: dict[str, str]) -> None:
    Environment(tmp_path / ".venv").ensure(lock)
    (tmp_path / ".venv").rename(tmp_path / "moved")
    moved = Environment(tmp_path / "moved")
    assert moved.installed() == lock
    assert _greeting(moved) == "hello"


def test_a_file_that_is_not_the_locked_one_is_refused_in_pips_own_words(tmp_path: Path, lock: dict[str, str]) -> None:
    forged = {"greeting-of-test": f"greeting-of-test==1.0 \\\n    --hash=sha256:{'0' * 64}"}
    environment = Environment(tmp_path / ".venv")
    with pytest.raises(InstallFailed, match="DO NOT MATCH THE HASHES"):
        environment.ensure(forged)
    assert environment.installed() is None


def _greeting(environment: Environment) -> str:
    said = subprocess.run(
        [environment.python, "-c", "import greeting_of_test; print(greeting_of_test.HELLO)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.strip()
