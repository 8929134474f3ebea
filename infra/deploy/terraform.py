"""The terraform program, run for one stage."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from infra.deploy.errors import DeployError
from infra.deploy.stage import ROOT, Stage

QUOTA: Final = re.compile(r"429|RESOURCE_EXHAUSTED|[Qq]uota exceeded|rateLimitExceeded|Too Many Requests")
"""How Google says that a call came too soon."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How an apply ended: resources done, and what was said of those that were not."""

    done: int
    failures: tuple[str, ...] = ()

    @property
    def too_fast(self) -> bool:
        """Whether nothing but Google's quotas stood in the way."""
        return bool(self.failures) and all(QUOTA.search(failure) for failure in self.failures)


@dataclass(frozen=True, slots=True)
class Terraform:
    """Runs in `configuration`; everything it keeps on this machine is in the stage's folder."""

    stage: Stage
    configuration: Path = ROOT / "infra" / "terraform"
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def init(self) -> None:
        """Fetch providers and find the state."""
        where = (f"-backend-config=bucket={self.stage.state_bucket}", f"-backend-config=prefix={self.stage.name}")
        self._checked("init", "-input=false", "-no-color", "-reconfigure", *where)

    def plan(self, *more: str) -> dict[str, Any]:
        """Plan into the stage's folder; answers what `show -json` tells of it."""
        self._checked("plan", "-input=false", "-no-color", f"-out={self.plan_file}", *self._variables(), *more)
        return dict(json.loads(self._checked("show", "-json", str(self.plan_file))))

    @property
    def plan_file(self) -> Path:
        """Where the last plan is."""
        return self.stage.folder / "plan"

    def apply(self, parallelism: int, told: Callable[[str, float], None]) -> Applied:
        """Apply the last plan, `parallelism` resources at a time; each that is done is told with its seconds."""
        command = self._command("apply", "-input=false", "-json", f"-parallelism={parallelism}", str(self.plan_file))
        done, failures = 0, []
        with subprocess.Popen(  # noqa: S603 (the program that was found, our own arguments)
            command, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            for event in _events(process.stdout):
                if event.get("type") == "apply_complete":
                    done += 1
                    told(event["hook"]["resource"]["addr"], float(event["hook"].get("elapsed_seconds", 0)))
                elif event.get("@level") == "error":
                    failures.append(_failure(event))
        if process.returncode and not failures:
            failures.append(f"terraform ended with code {process.returncode}")
        return Applied(done, tuple(failures))

    def destroy(self) -> None:
        """Plan the end of everything; `apply` then carries it out."""
        self.plan("-destroy")

    def outputs(self) -> dict[str, Any]:
        """The outputs' values; empty before the first apply."""
        told = json.loads(self._checked("output", "-json"))
        return {name: found["value"] for name, found in told.items()}

    def _variables(self) -> tuple[str, ...]:
        return (f"-var-file={self.stage.settings}", f"-var-file={self.stage.folder / 'inputs.tfvars.json'}")

    def _checked(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 (as above)
            self._command(*arguments), env=self._environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DeployError(f"terraform {arguments[0]} failed:\n{(done.stderr or done.stdout).strip()}")
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        found = shutil.which("terraform", path=self.environment.get("PATH"))
        if found is None:
            raise DeployError("Terraform is needed for this: install version 1.9 or newer, then run the command again.")
        return [found, f"-chdir={self.configuration}", *arguments]

    def _environment(self) -> dict[str, str]:
        own = {"TF_DATA_DIR": str(self.stage.folder / "data"), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        return {**self.environment, **own}


def _events(lines: Iterator[str] | Any) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _failure(event: Mapping[str, Any]) -> str:
    told = event.get("diagnostic", {})
    summary = f"{told.get('summary', event.get('@message', ''))} {told.get('detail', '')}".strip()
    address = told.get("address")
    return f"{address}: {summary}" if address else summary
