"""The whole platform planned and applied, once: the tests look at what came out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from infra.local.options import ROOT
from infra.manifest.collect import collect
from infra.manifest.model import Manifest
from infra.manifest.terraform import terraform_document
from tests.infra.terraform.workspace import Workspace, workspace, write_inputs

PRODUCTION = {
    "alert_email": "ops@xynergy.example",
    "billing_account": "000000-000000-000000",
    "ai_keys": ["openai-api-key"],
    "kms_key": "projects/k/locations/us-central1/keyRings/r/cryptoKeys/k",
}
EDITED = "create-campaign"


@dataclass(frozen=True)
class Planned:
    """What Terraform would make: its plan as JSON."""

    document: dict[str, Any]
    text: str
    workspace: Workspace

    @cached_property
    def values(self) -> list[dict[str, Any]]:
        return list(json.loads(self.text)["planned_values"]["root_module"]["resources"])

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The values of a type's resources, by their names and keys."""
        return _by_name(self.values, kind)


@dataclass(frozen=True)
class Applied:
    """What Terraform made, and what two further plans would change: of the same, and of one function edited."""

    state: dict[str, Any]
    again: subprocess.CompletedProcess[str]
    changed: dict[str, Any]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The values of a type's resources, by their names and keys."""
        return _by_name(self.state["values"]["root_module"]["resources"], kind)


def _by_name(resources: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {
        f"{one['name']}" + (f".{one['index']}" if "index" in one else ""): one["values"]
        for one in resources
        if one["type"] == kind
    }


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return collect(ROOT)


@pytest.fixture(scope="session")
def document(manifest: Manifest) -> dict[str, Any]:
    return terraform_document(manifest)


@pytest.fixture(scope="session")
def production(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with workspace(tmp_path_factory.mktemp("production"), document, **PRODUCTION) as made:
        yield made


@pytest.fixture(scope="session")
def planned(document: dict[str, Any], production: Workspace) -> Planned:
    production.terraform("plan", "-input=false", "-no-color", "-out=first", "-compact-warnings")
    return Planned(document, production.terraform("show", "-json", "first"), production)


@pytest.fixture(scope="session")
def applied(planned: Planned) -> Applied:
    """What was planned, applied; then planned again, and once more with one function edited."""
    made = planned.workspace
    made.terraform("apply", "-input=false", "-no-color", "-parallelism=30", "first")
    again = made.run("plan", "-input=false", "-no-color", "-detailed-exitcode")
    write_inputs(made.folder, planned.document, edited=EDITED, **PRODUCTION)
    made.terraform("plan", "-input=false", "-no-color", "-refresh=false", "-out=second")
    return Applied(made.shown(), again, made.shown("second"))
