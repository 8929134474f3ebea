"""Pin what the project needs, with hashes: `./deploy.sh lock`, after a line of pyproject.toml changed.

What is pinned already keeps its version; `--upgrade` takes the newest of everything, `--upgrade-package NAME` of one.
uv does the resolving, in an environment of its own below .venv.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOCKS: Final[dict[str, tuple[str, ...]]] = {
    "functions": (),
    "local": ("local",),
    "deploy": ("deploy",),
    "embeddings": ("embeddings",),
    "development": ("local", "dev", "deploy", "embeddings"),
}
TOOL: Final = ROOT / ".venv" / "lock-tool"
UV: Final = "uv==0.13.9"


def main(arguments: list[str]) -> int:
    """Write the locks. Answers the exit code of the first run of uv that failed, or 0."""
    uv = TOOL / "bin" / "uv"
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "venv", str(TOOL)], check=True)  # noqa: S603
        quiet = ["install", "--quiet", "--disable-pip-version-check", UV]
        subprocess.run([str(TOOL / "bin" / "python"), "-m", "pip", *quiet], check=True)  # noqa: S603
    for lock, extras in LOCKS.items():
        command = [str(uv), "pip", "compile", "pyproject.toml", "--generate-hashes", "--no-emit-index-url", "--quiet"]
        command += [
            "--no-header",
            "--universal",
            "--python-version",
            "3.11",
            "--output-file",
            f"infra/locks/{lock}.txt",
        ]
        command += [part for extra in extras for part in ("--extra", extra)] + arguments
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
        if done.returncode:
            return done.returncode
        print(f"infra/locks/{lock}.txt is current.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
