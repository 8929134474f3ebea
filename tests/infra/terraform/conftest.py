"""One plan, apply and second plan of the whole platform, made once: the tests look at what came out."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Applied:
    """What Terraform made of the platform: the first plan, what it made, and what two further plans would change."""

    document: dict[str, Any]
    plan: str
    state: dict[str, Any]
    again: subprocess.CompletedProcess[str]
    changed: dict[str, Any]
    workspace: Workspace

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The values of a type's resources, by their names and keys."""
        found = self.state["values"]["root_module"]["resources"]
        return {
            f"{one['name']}" + (f".{one['index']}" if "index" in one else ""): one["values"]
            for one in found
            if one["type"] == kind
        }


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return collect(ROOT)


@pytest.fixture(scope="session")
def applied(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    document = terraform_document(manifest)
    with workspace(tmp_path_factory.mktemp("terraform"), document, **PRODUCTION) as made:
        made.terraform("plan", "-input=false", "-no-color", "-out=first", "-compact-warnings")
        plan = made.terraform("show", "-json", "first")
        made.terraform("apply", "-input=false", "-no-color", "-parallelism=30", "first")
        state = made.shown()
        again = made.run("plan", "-input=false", "-no-color", "-detailed-exitcode")
        write_inputs(made.folder, document, edited="create-campaign", **PRODUCTION)
        made.terraform("plan", "-input=false", "-no-color", "-refresh=false", "-out=second")
        yield Applied(document, plan, state, again, made.shown("second"), made)
