"""The providers on loopback, breakers that start closed, and a caller in a tenant of its own."""

from __future__ import annotations

from tests.shared_layer.ai.world import World, world

__all__ = ["World", "world"]
