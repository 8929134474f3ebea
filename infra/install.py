"""Make the checkout's virtual environment hold a lock's packages, quickly and so that a broken one cannot be mistaken.

    python3 -m infra.install local|development

Runs on any Python ≥ 3.11 with the standard library alone. The lock is cut into pieces that as many pips install side by
side: nothing is resolved (`--no-deps`) and every file is checked against its hash, so their order does not matter; on
two cores that takes 60 % of the time of one pip. The record of what is installed is removed before the first change and
written after the last: an environment without a record is unfinished and is built anew.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOCKS: Final = ROOT / "infra" / "locks"
_PIPS: Final = 4
_REQUIREMENT: Final = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


class InstallFailed(Exception):
    """Ends the command; the message is shown as it is."""


def requirements(lock: str) -> dict[str, str]:
    """The lock's requirements by package: pinned version, marker and hashes, without comments."""
    lines = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    starts = [match.start() for match in _REQUIREMENT.finditer(lines)]
    blocks = (lines[start:end].rstrip() for start, end in zip(starts, [*starts[1:], None], strict=True))
    return {block.partition("==")[0]: block for block in blocks}


class Environment:
    """The virtual environment in `folder`, and its record of what was installed with which Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._record = folder / "installed.json"

    def installed(self) -> dict[str, str] | None:
        """What the record says; None where there is none, or where the Python that it was built with is gone."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if record["python"] != sys.version or not self.python.exists():
            return None
        return dict(record["packages"])

    def ensure(self, wanted: dict[str, str]) -> None:
        """Install what is missing of `wanted`. Raises InstallFailed with pip's own words where that fails."""
        present = self.installed()
        if present is None:
            self._build()
        missing = {name: block for name, block in wanted.items() if (present or {}).get(name) != block}
        if not missing:
            return
        self._record.unlink(missing_ok=True)
        _install(self, list(missing.values()))
        record = {"python": sys.version, "packages": (present or {}) | missing}
        draft = self._record.with_suffix(".draft")
        draft.write_text(json.dumps(record), encoding="utf-8")
        draft.replace(self._record)

    def distributions(self) -> int:
        """How many packages are unpacked now, pip's own included."""
        return sum(1 for _ in self.folder.glob("lib/python*/site-packages/*.dist-info"))

    def _build(self) -> None:
        progress = Progress("making a virtual environment in .venv")
        shutil.rmtree(self.folder, ignore_errors=True)
        made = subprocess.run(  # noqa: S603 - this Python, no outside text
            [str(_base_python()), "-m", "venv", str(self.folder)], capture_output=True, text=True, check=False
        )
        if made.returncode:
            progress.end("failed")
            raise InstallFailed(
                f"{made.stdout}{made.stderr}\nPython cannot make a virtual environment; install its venv module "
                "(on Debian and Ubuntu: apt install python3-venv) and run the command again."
            )
        progress.end("done")


class Progress:
    """One line that is written anew on a terminal, and written once at its beginning and end elsewhere."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._live = sys.stdout.isatty()
        self._began = time.monotonic()
        print(f"Setting up: {what} …", end="" if self._live else "\n", flush=True)

    def show(self, state: str) -> None:
        """Where the work stands now."""
        if self._live:
            print(f"\r\x1b[KSetting up: {self._what}: {state}", end="", flush=True)

    def end(self, state: str) -> None:
        """How it ended."""
        seconds = time.monotonic() - self._began
        start = "\r\x1b[K" if self._live else ""
        print(f"{start}Setting up: {self._what}: {state} ({seconds:.0f} s)", flush=True)


def _base_python() -> Path:
    """This Python, also where it runs from the very environment that is about to be built anew."""
    return Path(sys.executable).resolve()


def _install(environment: Environment, blocks: list[str]) -> None:
    progress = Progress(f"installing {len(blocks)} package{'s' if len(blocks) > 1 else ''}")
    pieces = [blocks[start::_PIPS] for start in range(min(_PIPS, len(blocks)))]
    pips: list[tuple[subprocess.Popen[bytes], Path]] = []
    before = environment.distributions()
    try:
        for number, piece in enumerate(pieces):
            pips.append(_pip(environment, number, piece))
        running = True
        while running:
            time.sleep(0.2)
            running = any(pip.poll() is None for pip, _ in pips)
            if failed := [log for pip, log in pips if pip.returncode]:
                progress.end("failed")
                raise InstallFailed(f"{failed[0].read_text(encoding='utf-8')}\npip failed; its words are above.")
            fetched = min(_fetched([log for _, log in pips]), len(blocks))
            done = min(max(0, environment.distributions() - before), len(blocks))
            progress.show(f"{fetched} of {len(blocks)} fetched, {done} installed")
    finally:
        for pip, _ in pips:
            pip.kill()
            pip.wait()
    progress.end("done")


def _pip(environment: Environment, number: int, piece: list[str]) -> tuple[subprocess.Popen[bytes], Path]:
    listed = environment.folder / f"piece-{number}.txt"
    listed.write_text("\n".join(piece) + "\n", encoding="utf-8")
    log = listed.with_suffix(".log")
    command = [str(environment.python), "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--requirement", str(listed)]
    with log.open("wb") as output:
        spoken_at_once = {**os.environ, "PYTHONUNBUFFERED": "1"}
        pip = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=spoken_at_once)  # noqa: S603
    return pip, log


def _fetched(logs: list[Path]) -> int:
    words = "".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)
    return len(re.findall(r"^(?:Collecting|Ignoring|Requirement already satisfied)", words, re.MULTILINE))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two set-ups of one checkout wait for each other."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def main(lock: str) -> int:
    """Install infra/locks/{lock}.txt; answers the exit code."""
    try:
        with _alone(LOCKS):
            wanted = requirements((LOCKS / f"{lock}.txt").read_text(encoding="utf-8"))
            Environment(ROOT / ".venv").ensure(wanted)
    except InstallFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again; it starts the set-up anew.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
