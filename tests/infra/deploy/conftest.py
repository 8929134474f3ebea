"""A stage, and a Google Cloud on loopback for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy.stage import Stage, stage
from tests.infra.deploy.google_cloud import GoogleCloud
from tests.infra.terraform.workspace import storage


@pytest.fixture
def dev(tmp_path: Path) -> Stage:
    found = stage("dev")
    return Stage(found.name, "xynergy-test", found.region, found.settings, tmp_path / "stage")


@pytest.fixture
def cloud(dev: Stage, tmp_path: Path) -> Iterator[GoogleCloud]:
    with storage(tmp_path / "storage") as buckets:
        made = GoogleCloud(dev, buckets)
        made.start()
        yield made
        made.stop()
