"""What happens when a file of the checkout is saved while the platform runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from watchfiles import PythonFilter, awatch

from infra.local.options import ROOT
from infra.local.runner.deployment import Deployment
from infra.manifest.collect import FOLDERS

_SHARED: Final = ("shared_layer", "infra")
_DEBOUNCE_MILLISECONDS: Final = 100


class Watch:
    """Follows `root`. A function's file is loaded again; `restart` is called when code that all share has changed."""

    def __init__(
        self, root: Path, deployment: Deployment, notice: Callable[[str], None], restart: Callable[[], None]
    ) -> None:
        self._root, self._deployment, self._notice, self._restart = root, deployment, notice, restart

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the files until `stop`."""
        folders = [self._root / name for name in (*FOLDERS, *_SHARED) if (self._root / name).is_dir()]
        async for changes in awatch(
            *folders, watch_filter=PythonFilter(), debounce=_DEBOUNCE_MILLISECONDS, step=20, stop_event=stop
        ):
            await self.changed({Path(path) for _, path in changes})

    async def changed(self, files: set[Path]) -> None:
        """Take up the new content of `files`."""
        shared = sorted(str(file.relative_to(self._root)) for file in files if self._is_shared(file))
        if shared:
            await self._restart_for(shared)
            return
        for file in files:
            self._deployment.runner.drop(file)
        declared_anew = self._deployment.refresh()
        names = ", ".join(sorted(file.name for file in files if not self._is_broken(file)))
        if declared_anew:
            await self._provision(names)
        elif names:
            self._notice(f"{names}: loaded again")

    def _is_broken(self, file: Path) -> bool:
        return file.relative_to(self._root).as_posix() in self._deployment.broken

    def _is_shared(self, file: Path) -> bool:
        return file.relative_to(self._root).parts[0] in _SHARED

    async def _restart_for(self, names: list[str]) -> None:
        """Restart, once a process of its own could import the new code: until then the old code goes on serving."""
        failure = await _run("-c", "import infra.local.runner.__main__")
        if failure is None:
            self._notice(f"{', '.join(names)}: starting the functions again")
            self._restart()
        else:
            self._notice(f"{', '.join(names)}: not taken up: {failure}")

    async def _provision(self, names: str) -> None:
        failure = await _run("-m", "infra.local.provision")
        self._notice(f"{names}: deployed" if failure is None else f"{names}: provisioning failed: {failure}")


async def _run(*arguments: str) -> str | None:
    """Run Python with `arguments`; the last line of its complaint where it fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments), cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    return None if process.returncode == 0 else errors.decode(errors="replace").strip().splitlines()[-1]
