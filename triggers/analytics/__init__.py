"""Triggers of analytics-data-layer: events on their way to the warehouse."""
