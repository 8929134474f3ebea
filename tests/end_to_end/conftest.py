"""Assertions of the audit tell what they compared."""

import pytest

pytest.register_assert_rewrite("tests.end_to_end.audit")
