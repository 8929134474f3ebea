"""Manifests of trigger files that a test writes."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.manifest.collect import collect
from infra.manifest.model import Manifest

Declare = Callable[..., Manifest]

HEAD = "from shared_layer.triggers import *\n"


@pytest.fixture
def declare(tmp_path: Path) -> Iterator[Declare]:
    """`declare(keep_score="@on_schedule('* * * * *')")`: the manifest of just these handlers."""

    def write(**decorators: str) -> Manifest:
        folder = tmp_path / "triggers" / "runtime"
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.glob("*.py"):
            file.unlink()
        for name, decorator in decorators.items():
            handler = (
                f'"""Do {name}."""\n{HEAD}\n{textwrap.dedent(decorator)}\nasync def {name}(unit: Unit) -> None: ...\n'
            )
            (folder / f"{name}.py").write_text(handler)
        manifest = collect(tmp_path)
        assert not manifest.broken
        return manifest

    former = {name: module for name, module in sys.modules.items() if name.startswith("triggers.")}
    yield write
    for name in [name for name in sys.modules if name.startswith("triggers.")]:
        del sys.modules[name]
    sys.modules.update(former)
