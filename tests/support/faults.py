"""Faults that tests switch on in handlers of this process."""

from __future__ import annotations

broken: set[str] = set()
"""The names of the handlers that fail."""
