"""Triggers of marketing-engine."""
