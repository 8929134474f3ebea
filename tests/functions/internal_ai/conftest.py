"""The same tenant and the same providers as the AI functions have."""

from __future__ import annotations

from tests.functions.ai.conftest import tenant
from tests.shared_layer.ai.world import world

__all__ = ["tenant", "world"]
