"""Environments of tools that are no part of the platform, each with pinned packages of its own, below .venv.

The packages of `infra/locks/tools/{name}.txt` need not get along with the platform's. uv unpacks a hundred
of them in seconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOCKS: Final = ROOT / "infra" / "locks" / "tools"
HOME: Final = ROOT / ".venv" / "tools"


def tool(name: str, home: Path = HOME) -> Path:
    """The folder with the programs of the tool's environment, made where it is missing or its lock has changed."""
    lock = LOCKS / f"{name}.txt"
    folder, stamp = home / name, hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{name}.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        stamped = folder / "stamp"
        if not stamped.is_file() or stamped.read_text() != stamp:
            _make(name, lock, folder, home)
            stamped.write_text(stamp)
    return folder / "bin"


def _make(name: str, lock: Path, folder: Path, home: Path) -> None:
    if name == "uv":
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--no-deps", "--require-hashes", "--requirement", str(lock)])
        return
    uv = str(tool("uv", home) / "uv")
    _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
    install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
    _run([*install, "--no-deps", "--require-hashes", "--requirement", str(lock)])


def _run(command: list[str]) -> None:
    """Raises RuntimeError with the program's own words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no outside text)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
