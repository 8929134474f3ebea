"""Slack: channels, people and messages of a workspace, kept in an index of the tenant's own, searched and answered."""
