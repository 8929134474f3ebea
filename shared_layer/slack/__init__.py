"""Slack: channels, people and messages of a tenant's workspace."""
