"""A stage: which project, which settings, and where its state is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.deploy.errors import DeployError

ROOT: Final = Path(__file__).resolve().parents[2]
NAME: Final = re.compile(r"dev|prod|pr-[0-9]+")


@dataclass(frozen=True, slots=True)
class Stage:
    """`settings` is the stage's file of variables; `folder` holds what deploying it needs on this machine."""

    name: str
    project: str
    region: str
    settings: Path
    folder: Path

    @property
    def is_passing(self) -> bool:
        """Whether it is a pull request's, and goes with it."""
        return self.name.startswith("pr-")

    @property
    def state_bucket(self) -> str:
        """The bucket with Terraform's state, in the stage's own project."""
        return f"terraform-state-{self.project}"


def stage(name: str, project: str = "", region: str = "us-central1", root: Path = ROOT) -> Stage:
    """The stage called `name`; its project is `xynergy-{name}` unless another is named. Raises DeployError."""
    if not NAME.fullmatch(name):
        raise DeployError(f"There is no stage {name!r}. Stages are dev, prod, and pr-123 for a pull request.")
    kind = "pr" if name.startswith("pr-") else name
    settings = root / "infra" / "terraform" / "stages" / f"{kind}.tfvars"
    return Stage(name, project or f"xynergy-{name}", region, settings, root / ".deploy" / name)
