"""The variables of one stage, written where Terraform reads them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.deploy.build import Archive
from infra.deploy.stage import ROOT, Stage


def write_inputs(stage: Stage, document: Mapping[str, Any], archives: Mapping[str, Archive]) -> None:
    """`inputs.tfvars.json` in the stage's folder."""
    given = {
        "project": stage.project,
        "stage": stage.name,
        "region": stage.region,
        "commit": commit_of(ROOT),
        "archives": {name: {"file": str(made.file), "digest": made.digest} for name, made in archives.items()},
        **document,
    }
    stage.folder.mkdir(parents=True, exist_ok=True)
    (stage.folder / "inputs.tfvars.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")


def commit_of(root: Path) -> str:
    """The commit that XYNERGY_COMMIT tells, as in a pipeline, or the checkout's; `unknown` outside of a repository."""
    if told := os.environ.get("XYNERGY_COMMIT"):
        return told
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no outside text)
    return done.stdout.strip() or "unknown"
