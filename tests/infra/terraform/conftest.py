"""The whole platform planned, and a cross-section of it applied, once: the tests look at what came out.

Applying hundreds of functions takes minutes of processor time, and their resources are all made alike: the whole is
applied in the long tests.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
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
EACH = 16
"""One function in so many is in the cross-section, and one of each kind."""
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

    document: dict[str, Any]
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
def planned(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planned]:
    with workspace(tmp_path_factory.mktemp("planned"), document, **PRODUCTION) as made:
        made.terraform("plan", "-input=false", "-no-color", "-out=first", "-compact-warnings")
        yield Planned(document, made.terraform("show", "-json", "first"), made)


@contextmanager
def applying(folder: Path, document: dict[str, Any]) -> Iterator[Applied]:
    """Apply, plan again, and plan once more with one function edited."""
    with workspace(folder, document, **PRODUCTION) as made:
        made.terraform("apply", "-input=false", "-no-color", "-auto-approve", "-parallelism=30")
        again = made.run("plan", "-input=false", "-no-color", "-detailed-exitcode")
        write_inputs(made.folder, document, edited=EDITED, **PRODUCTION)
        made.terraform("plan", "-input=false", "-no-color", "-refresh=false", "-out=second")
        yield Applied(document, made.shown(), again, made.shown("second"))


@pytest.fixture(scope="session")
def applied(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    with applying(tmp_path_factory.mktemp("applied"), cross_section(document)) as made:
        yield made


def cross_section(document: dict[str, Any]) -> dict[str, Any]:
    """The document with some of its functions, and what hangs on them; the gateway's specification is whole."""
    everything = document["manifest"]
    names = sorted(everything["functions"])
    kinds = {everything["functions"][name]["kind"]: name for name in names}
    chosen = {EDITED, *names[::EACH], *kinds.values()}
    kept = {name: everything["functions"][name] for name in names if name in chosen}
    return document | {
        "manifest": everything
        | {
            "functions": kept,
            "services": {name: text for name, text in everything["services"].items() if _serves(name, kept)},
            "triggers": {name: one for name, one in everything["triggers"].items() if name in kept},
            "jobs": {name: one for name, one in everything["jobs"].items() if name in kept},
            "subscriptions": {
                name: one for name, one in everything["subscriptions"].items() if one["function"] in kept
            },
        }
    }


def _serves(service: str, functions: dict[str, Any]) -> bool:
    return any(one["service"] == service for one in functions.values())
