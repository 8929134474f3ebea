"""Triggers of scheduler-automation-engine: the tick, and what is done upon events."""
