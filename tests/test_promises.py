"""The table of promises tells of tests that exist."""

from __future__ import annotations

import pytest

from tests.promises import HERE, TABLE, promises, table


@pytest.mark.parametrize("test", sorted({test for promise in promises() for test in promise["tests"]}))
def test_a_promise_names_a_file_that_holds_tests(test: str) -> None:
    file, _, name = test.partition("::")
    source = (HERE / file).read_text(encoding="utf-8")
    assert f"def {name}" in source if name else "def test_" in source


def test_the_table_is_what_the_promises_say() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "write it again: python -m tests.promises"
