"""One function alone in its own process, as Google's buildpack runs it.

    python -m infra.local.run_function NAME [--port 8090] [--data .local]

The functions framework serves it at the root of the port. Where the platform runs, the function uses its local cloud.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.local.options import ROOT
from infra.local.refusal import Refusal
from infra.local.screen import refuse, say

_FOLDERS = ("functions", "triggers")


def function_file(root: Path, name: str) -> Path:
    """The file of the function called `name` (or by its slug). Raises Refusal where there is none."""
    stem = name.replace("-", "_")
    for folder in _FOLDERS:
        for file in sorted((root / folder).glob(f"*/{stem}.py")):
            return file
    known = sorted(file.stem for folder in _FOLDERS for file in (root / folder).glob("*/*.py"))
    names = ", ".join(name for name in known if name != "__init__") or "none yet"
    raise Refusal(f"There is no function {name}; there are: {names}")


def function_environment(user: Mapping[str, str], data: Path, name: str, port: int) -> dict[str, str]:
    """The variables that the function sees: what Google sets, and the running platform's local cloud."""
    try:
        local = json.loads((data / "local.json").read_text(encoding="utf-8"))["environment"]
    except (OSError, ValueError, KeyError):
        local = {}
    return {**user, **local, "K_SERVICE": name.replace("_", "-"), "FUNCTION_TARGET": name, "PORT": str(port)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Become the functions framework; returns only where that cannot be."""
    parser = argparse.ArgumentParser(prog="./deploy.sh run", description="Run one function alone.")
    parser.add_argument("name", help="the function's name, such as create_campaign")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--data", type=Path, default=ROOT / ".local", metavar="DIR", help="the platform's data folder")
    options = parser.parse_args(arguments)
    try:
        file = function_file(ROOT, options.name)
    except Refusal as refusal:
        return refuse(refusal)
    environment = function_environment(os.environ, options.data, file.stem, options.port)
    say(f"{file.relative_to(ROOT)} at http://localhost:{options.port}")
    command = [sys.executable, "-m", "functions_framework", "--asgi", "--host", "127.0.0.1", "--source", str(file)]
    os.chdir(ROOT)
    return os.execve(sys.executable, command, environment)  # noqa: S606 - this Python, no shell


if __name__ == "__main__":
    sys.exit(main())
