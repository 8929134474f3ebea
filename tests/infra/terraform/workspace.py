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

from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client

from infra.local.clock import ManualClock
from infra.local.options import ROOT
from infra.tools import tool
from tests.infra.local.storage.conftest import serve

SCHEMA = ROOT / "tests" / "data" / "terraform" / "google-beta.json.gz"
PROJECT, NUMBER = "xynergy-test", "123456789012"
STATE_BUCKET = f"terraform-state-{PROJECT}"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Cloud Storage on loopback; `environment` leads Terraform's backend there."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Who is asked, and by whom: any token is taken."""
        return {
            "GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT": f"{self.url}/storage/v1/",
            "GOOGLE_OAUTH_ACCESS_TOKEN": "a-token-of-nobody",
        }

    def client(self) -> Any:
        """Google's client for it."""
        return Client(PROJECT, AnonymousCredentials(), client_options={"api_endpoint": self.url})

    def make(self, name: str) -> None:
        """A bucket that keeps every version, as ./deploy.sh makes it."""
        with self.client() as client:
            made = client.bucket(name)
            made.versioning_enabled = True
            client.create_bucket(made)

    def state(self, name: str, prefix: str) -> dict[str, Any]:
        """The state as Terraform has written it; without resources before it has."""
        with self.client() as client:
            blob = client.bucket(name).blob(f"{prefix}/default.tfstate")
            return dict(json.loads(blob.download_as_bytes())) if blob.exists() else {"resources": []}


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with the configuration, initialised; `environment` leads Terraform to the provider."""

    folder: Path
    environment: dict[str, str]
    bucket: Bucket = Bucket("")

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
    """A workspace in `folder`; the state is where ./deploy.sh has it: in a bucket, through Terraform's own backend."""
    configuration = folder / "configuration"
    shutil.copytree(ROOT / "infra" / "terraform", configuration)
    write_inputs(configuration, document, **variables)
    with schema_provider(folder / "provider.sock") as attach, storage(folder / "storage") as bucket:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_REATTACH_PROVIDERS": attach,
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "GOGC": "400",
            **bucket.environment,
        }
        bucket.make(STATE_BUCKET)
        made = Workspace(configuration, environment, bucket)
        backend = (f"-backend-config=bucket={STATE_BUCKET}", "-backend-config=prefix=prod")
        made.terraform("init", "-input=false", "-no-color", *backend)
        yield made


@contextmanager
def storage(folder: Path) -> Iterator[Bucket]:
    """A Cloud Storage that keeps its objects in `folder`."""
    with contextmanager(serve)(folder, ManualClock()) as running:
        yield Bucket(running.url)


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
