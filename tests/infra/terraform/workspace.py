"""The real Terraform over a copy of infra/terraform, with the schema in the place of Google's provider."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.options import ROOT
from infra.tools import tool

SCHEMA = ROOT / "tests" / "data" / "terraform" / "google-beta.json.gz"
PROJECT, NUMBER = "xynergy-test", "123456789012"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with the configuration, initialised; `environment` leads Terraform to the provider."""

    folder: Path
    environment: dict[str, str]

    def terraform(self, *arguments: str) -> str:
        """What one command says; AssertionError with its words where it fails."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"terraform {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [terraform_program(), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def shown(self, what: str = "") -> dict[str, Any]:
        """A plan file, or the state, as JSON."""
        return dict(json.loads(self.terraform("show", "-json", *([what] if what else []))))


def terraform_program() -> str:
    """The machine's terraform. Its absence is a failure with a sentence, never a skipped test."""
    found = shutil.which("terraform")
    assert found, "These tests run the real terraform: put its program, 1.9 or newer, on the PATH."
    return found


def write_inputs(folder: Path, document: dict[str, Any], edited: str = "", **variables: Any) -> None:
    """The variables as ./deploy.sh writes them, with an archive for each function; that of `edited` is another one."""
    archive = folder / "archive.zip"
    archive.write_bytes(b"PK")
    names = document["manifest"]["functions"]
    archives = {name: {"file": str(archive), "digest": f"{index:064x}"} for index, name in enumerate(names)}
    if edited:
        archives[edited]["digest"] = "f" * 64
    given = {"project": PROJECT, "stage": "prod", "archives": archives, **document, **variables}
    (folder / "inputs.auto.tfvars.json").write_text(json.dumps(given), encoding="utf-8")


@contextmanager
def workspace(folder: Path, document: dict[str, Any], **variables: Any) -> Iterator[Workspace]:
    """A workspace in `folder`; the state is a local file instead of a bucket's object."""
    shutil.copytree(ROOT / "infra" / "terraform", folder, dirs_exist_ok=True)
    (folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    write_inputs(folder, document, **variables)
    with schema_provider(folder / "provider.sock") as attach:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_REATTACH_PROVIDERS": attach,
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        made = Workspace(folder, environment)
        made.terraform("init", "-input=false", "-no-color")
        yield made


@contextmanager
def schema_provider(socket: Path) -> Iterator[str]:
    """The provider, running; answers the value of TF_REATTACH_PROVIDERS."""
    python = tool("terraform-provider") / "python"
    command = [str(python), "-m", "tests.infra.terraform.provider", str(SCHEMA), str(socket)]
    provider = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert provider.stdin is not None
    assert provider.stdout is not None
    try:
        yield provider.stdout.readline().strip()
    finally:
        provider.stdin.close()
        provider.wait(10)
        provider.stdout.close()
