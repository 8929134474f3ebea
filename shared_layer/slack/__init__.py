"""Slack: channels, people and messages of a workspace, kept in an index of the tenant's own, searched and answered.

What other domains may use: `outgoing` (a message to post, staged for the handler that posts it).
"""
