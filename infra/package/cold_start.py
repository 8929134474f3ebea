"""How long a new instance takes, against the bare framework in the same run.

Measured is the processor time (user and system) of a process from its start to its first answer: a busy machine delays
it and does not lengthen it. The least of several runs counts, and only the ratio to the bare framework is held against
the budget, so that it holds on any machine. Where Firestore is among the distributions, its client is made as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.package.archive import Package
from infra.package.environment import bare_environment, environment, unpacked

RUNS: Final = 5
BUDGET: Final = 2.1
"""A function before it touches one of Google's clients, as a multiple of the bare framework. Pydantic alone is 1.25."""
FIRESTORE_BUDGET: Final = 3.2
"""With Firestore's client made: 330 ms where the bare framework takes 125, and some room for the machine's mood."""

_BARE: Final = "async def function(request):\n    return 'hello'\n"
_START: Final = r"""
import asyncio, os, sys
import uvicorn, uvicorn_worker, uvloop, httptools
from functions_framework.aio import create_asgi_app

served = "\napp = " in open("main.py").read()  # what answers WebSockets is no function of the framework
app = __import__("main").app if served else create_asgi_app(sys.argv[1], "main.py")
scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/",
         "raw_path": b"/", "query_string": b"", "root_path": "", "headers": [], "scheme": "http", "state": {},
         "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}

async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}

async def send(message):
    pass

async def start():
    await app(scope, receive, send)
    if sys.argv[2] == "firestore":
        from shared_layer.storage.gcp_clients import firestore
        assert firestore().collection("tenants").document("none") and firestore()._firestore_api

asyncio.run(start())
os._exit(0)
"""


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Milliseconds of processor time: the bare framework, the function, and with Firestore's client."""

    bare: float
    plain: float
    firestore: float | None

    @property
    def ratio(self) -> float:
        """Of the function to the bare framework."""
        return self.plain / self.bare

    @property
    def firestore_ratio(self) -> float:
        """The same with Firestore's client made; 0 where it has none."""
        return (self.firestore or 0.0) / self.bare

    @property
    def within_budget(self) -> bool:
        """Whether the build may go on."""
        return self.ratio <= BUDGET and self.firestore_ratio <= FIRESTORE_BUDGET


class Scale:
    """Measures packages against the bare framework, in environments below `folder` that are made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pythons: dict[tuple[str, ...], Path] = {}
        self._bare = folder / "bare"
        self._bare.mkdir(parents=True)
        (self._bare / "main.py").write_text(_BARE)
        self._bare_python = bare_environment(folder / "bare-environment")
        self._bares: deque[float] = deque(maxlen=RUNS)

    def python_of(self, package: Package) -> Path:
        """The interpreter of the environment with the package's own requirements."""
        if package.distributions not in self._pythons:
            folder = self._folder / f"environment-{len(self._pythons)}"
            self._pythons[package.distributions] = environment(folder, package.distributions)
        return self._pythons[package.distributions]

    def weigh(self, package: Package, runs: int = RUNS) -> ColdStart:
        """The least of `runs` starts of each kind, in turns."""
        return [*self._weighed(package, runs)][-1]

    def hold(self, package: Package, runs: int = RUNS) -> ColdStart:
        """As many starts as show that the budget is kept, and `runs` where it is not: one, nearly always."""
        for start in self._weighed(package, runs):
            if start.within_budget:
                break
        return start

    def _weighed(self, package: Package, runs: int) -> Iterator[ColdStart]:
        """The least so far, after each run."""
        python, folder = self.python_of(package), unpacked(package, self._folder / package.name)
        has_firestore = "google-cloud-firestore" in package.distributions
        plain, firestore = [], []
        try:
            for _ in range(runs):
                self._bares.append(_started(self._bare_python, self._bare, "function", "plain"))
                plain.append(_started(python, folder, package.name, "plain"))
                if has_firestore:
                    firestore.append(_started(python, folder, package.name, "firestore"))
                yield ColdStart(min(self._bares), min(plain), min(firestore) if firestore else None)
        finally:
            shutil.rmtree(folder)


def _started(python: Path, folder: Path, target: str, kind: str) -> float:
    """Milliseconds of processor time of one start. Raises RuntimeError where it fails."""
    variables = {"PATH": os.environ["PATH"], "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1", "PYTHONPATH": str(folder)}
    command = [str(python), "-c", _START, target, kind]
    with subprocess.Popen(  # noqa: S603 (our own interpreter and text)
        command, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        told = process.stderr.read().decode(errors="replace") if process.stderr else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{target} does not start in an environment of its own requirements:\n{told}")
    return (used.ru_utime + used.ru_stime) * 1000
