"""The repository's functions, packed once, and the environments of their requirements, made when they are asked for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from infra.local.options import ROOT
from infra.manifest.collect import collect
from infra.package.archive import Package, package
from infra.package.cold_start import Scale

Packed = dict[str, Package]


@cache
def _packed() -> Packed:
    manifest = collect(ROOT)
    assert not manifest.broken
    return {declaration.name: package(ROOT, declaration) for declaration in manifest.declarations}


@pytest.fixture(scope="session")
def packed() -> Packed:
    return _packed()


@pytest.fixture(scope="session")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Scale:
    return Scale(tmp_path_factory.mktemp("scale") / "environments")


@pytest.fixture(scope="session")
def representatives(packed: Packed) -> list[Package]:
    """A few packages that together have every distribution that any has: always the one that adds most."""
    left = set().union(*(each.distributions for each in packed.values()))
    chosen = []
    while left:
        chosen.append(max(packed.values(), key=lambda each: len(left & {*each.distributions})))
        left -= {*chosen[-1].distributions}
    return chosen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"
