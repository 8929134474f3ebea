"""A platform as a process of one's own: `python -m infra.local`, started, watched and ended from another program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infra.local.options import ROOT
from infra.local.refusal import Refusal

_READY_WITHIN: Final = 60.0
_STOP_WITHIN: Final = 10.0
_LOOK_AGAIN: Final = 0.02


class PlatformProcess:
    """Runs on `data`, on free ports, with `options` of `./deploy.sh local` and `environment` beside one's own.

    It leads a session of its own, so that a Ctrl-C in the terminal reaches only the program that started it, and ends
    with that program however that ends. Its words go to `log`.
    """

    def __init__(self, data: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        self._options = options
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._former = 0

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        return self._running().pid

    @property
    def local(self) -> dict[str, Any]:
        """What its local.json says: gateway, keys, services."""
        found: dict[str, Any] = json.loads((self.data / "local.json").read_text(encoding="utf-8"))
        return found

    def start(self) -> None:
        """Start it; returns at once."""
        self._former = self._written()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own module, with the options of our caller)
                [
                    *(sys.executable, "-m", "infra.local.leash", str(os.getpid()), "infra.local"),
                    *("--port", "0", "--data", str(self.data), *self._options),
                ],
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def is_ready(self) -> bool:
        """Whether it answers. Raises Refusal where it has ended."""
        code = self._running().poll()
        if code is not None:
            words = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
            raise Refusal(f"The platform ended at once with code {code}; its log is {self.log}", words)
        return self._written() != self._former

    def wait_ready(self, within: float = _READY_WITHIN) -> dict[str, Any]:
        """local.json, once it answers. Raises Refusal where it does not."""
        end = time.monotonic() + within
        while not self.is_ready:
            if time.monotonic() > end:
                raise Refusal(f"The platform did not answer within {within:.0f} s; its log is {self.log}")
            time.sleep(_LOOK_AGAIN)
        return self.local

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it in order, by a signal; answers its exit code."""
        process = self._running()
        if process.poll() is None:
            process.send_signal(number)
        return self._ended(process)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        process = self._running()
        process.kill()
        self._ended(process)

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        try:
            code = process.wait(timeout=_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if process.stdin is not None:
            process.stdin.close()
        return code

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "started before it is used"
        return self._process

    def _written(self) -> int:
        try:
            return (self.data / "local.json").stat().st_mtime_ns
        except FileNotFoundError:
            return 0
