"""The cold-start budget: processor time against the bare framework's in the same run, never the clock on the wall."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.local.options import ROOT
from infra.package.archive import Package
from infra.package.cold_start import BUDGET, FIRESTORE_BUDGET, ColdStart, Scale
from tests.infra.package.conftest import Packed


def test_a_function_starts_within_its_budget(packed: Packed, scale: Scale) -> None:
    assert scale.weigh(packed["get_campaign"]).within_budget


@pytest.mark.long
def test_every_function_starts_within_its_budget(packed: Packed, scale: Scale) -> None:
    late = {name: start for name, each in packed.items() if not (start := scale.hold(each)).within_budget}
    assert late == {}


def test_a_start_beyond_the_budget_is_one() -> None:
    assert ColdStart(100.0, 100.0 * BUDGET, 100.0 * FIRESTORE_BUDGET).within_budget
    assert not ColdStart(100.0, 100.0 * BUDGET + 1, None).within_budget
    assert not ColdStart(100.0, 100.0, 100.0 * FIRESTORE_BUDGET + 1).within_budget


def test_an_archive_without_what_it_imports_does_not_start(packed: Packed, tmp_path: Path) -> None:
    whole = packed["get_campaign"]
    lacking = tuple(name for name in whole.distributions if name != "orjson")
    with pytest.raises(RuntimeError, match="orjson"):
        Scale(tmp_path / "scale").weigh(Package(whole.name, whole.contents, lacking), runs=1)


def test_no_model_has_pydantic_ask_for_the_signature_of_list() -> None:
    asking = [
        file
        for file in (ROOT / "shared_layer").rglob("*.py")
        if re.search(r"\bField\([^()]*default_factory=list\b", file.read_text())
    ]
    assert asking == [], "shared_layer.core.models.empty_list does the same without compiling Python's tokenizer"
