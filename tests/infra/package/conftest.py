"""The repository's functions, packed once, and the environments of their requirements, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
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


def of_each_requirement_set(packed: Packed) -> list[Package]:
    """One package for each distinct set of distributions, the largest set first."""
    found = {each.distributions: each for each in packed.values()}
    return sorted(found.values(), key=lambda each: (-len(each.distributions), each.name))


@pytest.fixture(scope="session")
def representatives(packed: Packed) -> Callable[[], list[Package]]:
    return lambda: of_each_requirement_set(packed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"
