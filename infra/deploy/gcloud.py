"""The gcloud program, for what is done once in a project's life."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.deploy.errors import DeployError


@dataclass(frozen=True, slots=True)
class Gcloud:
    """Runs with one project; who is signed in is gcloud's own affair."""

    project: str
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def run(self, *arguments: str, given: str | None = None) -> str:
        """What a command says. `given` is its standard input. Raises DeployError with its own words where it fails."""
        found = shutil.which("gcloud", path=self.environment.get("PATH"))
        if found is None:
            raise DeployError("gcloud is needed for this: install the Google Cloud SDK, then run the command again.")
        done = subprocess.run(  # noqa: S603 (the program that was found, our own arguments)
            [found, *arguments, f"--project={self.project}", "--quiet"],
            env=dict(self.environment),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DeployError(f"gcloud {' '.join(arguments[:3])} failed:\n{done.stderr.strip()}")
        return done.stdout

    def lines(self, *arguments: str) -> list[str]:
        """What a command says, line by line."""
        return self.run(*arguments).split()

    def succeeds(self, *arguments: str) -> bool:
        """Whether a command does."""
        try:
            self.run(*arguments)
        except DeployError:
            return False
        return True
