"""Automations: upon an event, where conditions hold, do something."""
