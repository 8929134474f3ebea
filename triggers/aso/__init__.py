"""Triggers of aso-engine: search performance pulled, opportunities found, what is removed forgotten."""
