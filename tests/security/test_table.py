"""tests/ASVS.md names tests that exist, every risk of OWASP's list, and every section of ASVS 5.0."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from infra.local.options import ROOT

TABLE = (ROOT / "tests" / "ASVS.md").read_text(encoding="utf-8")
SECTIONS = {
    1: 5,
    2: 4,
    3: 7,
    4: 4,
    5: 4,
    6: 8,
    7: 6,
    8: 4,
    9: 2,
    10: 7,
    11: 7,
    12: 3,
    13: 4,
    14: 3,
    15: 4,
    16: 5,
    17: 3,
}
"""How many sections each chapter of OWASP's Application Security Verification Standard 5.0.0 has."""
ROWS = re.findall(r"^\| (V\d+\.\d+) [^|]*\| ([^|]+) \| ([^|]+) \|$", TABLE, re.MULTILINE)


@cache
def _tests_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", TABLE))))
def test_every_test_of_the_table_exists(named: str) -> None:
    file, _, name = named.partition("::")
    if name:
        assert name in _tests_of(file)
    assert (ROOT / file).is_file()


def test_every_risk_of_the_list_has_a_row() -> None:
    assert re.findall(r"^\| API(\d+) ", TABLE, re.MULTILINE) == [str(number) for number in range(1, 11)]


def test_every_section_of_the_standard_has_one_row() -> None:
    wanted = [f"V{chapter}.{section}" for chapter, count in SECTIONS.items() for section in range(1, count + 1)]
    assert [section for section, _, _ in ROWS] == wanted


@pytest.mark.parametrize(("section", "told", "shown"), ROWS)
def test_a_section_is_shown_by_a_test_or_says_why_it_does_not_apply(section: str, told: str, shown: str) -> None:
    assert ("`tests/" in shown) != told.startswith("not applicable"), section
