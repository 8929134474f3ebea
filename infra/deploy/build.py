"""The archives: one for each function, under a name that holds the digest of its content."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.manifest.model import Manifest
from infra.manifest.openapi import openapi
from infra.manifest.terraform.functions import DESCRIPTION_FILE, serves_description
from infra.package import ledger
from infra.package.archive import Package, package
from shared_layer.core.declaration import AnyDeclaration


@dataclass(frozen=True, slots=True)
class Archive:
    """A function's archive on this machine; `record` is what is remembered of it, to say later why it changed."""

    name: str
    file: Path
    digest: str
    record: Mapping[str, Any]

    @property
    def label(self) -> str:
        """The digest as a label holds it: 63 characters at most."""
        return self.digest[:40]


def build(manifest: Manifest, folder: Path, told: Callable[[str], None]) -> dict[str, Archive]:
    """Every function's archive in `folder`, by its name in the cloud; those that are there already stay."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Archive] = {}
    for declaration in manifest.declarations:
        packed = _packed(manifest, declaration)
        file = folder / f"{declaration.slug}-{packed.digest[:16]}.zip"
        if not file.exists():
            draft = file.with_suffix(".draft")
            draft.write_bytes(packed.zipped())
            draft.replace(file)
        made[declaration.slug] = Archive(declaration.slug, file, packed.digest, ledger.describe(packed))
        told(f"{len(made)} of {len(manifest.declarations)} packed")
    return made


def _packed(manifest: Manifest, declaration: AnyDeclaration) -> Package:
    packed = package(manifest.root, declaration)
    if not serves_description(declaration):
        return packed
    text = json.dumps(openapi(manifest, "/"), ensure_ascii=False).encode()
    return replace(packed, contents={**packed.contents, DESCRIPTION_FILE: text})
