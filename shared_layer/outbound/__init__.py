"""Calls to addresses that a caller, a document or a model named: never to anything but the public internet."""

from shared_layer.outbound.client import Fetched, Outbound

__all__ = ["Fetched", "Outbound"]
