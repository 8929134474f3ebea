"""tests/ASVS.md names tests that exist, and every risk of OWASP's list."""

from __future__ import annotations

import ast
import re

from infra.local.options import ROOT

TABLE = (ROOT / "tests" / "ASVS.md").read_text()


def test_every_test_of_the_table_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE)
    assert len(named) > 30
    for file, name in named:
        found = {node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if hasattr(node, "name")}
        assert name in found, f"{file}::{name}"


def test_every_risk_of_the_list_has_a_row() -> None:
    assert re.findall(r"^\| API(\d+) ", TABLE, re.MULTILINE) == [str(number) for number in range(1, 11)]
