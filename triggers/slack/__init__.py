"""Triggers of slack-intelligence-service: what Slack tells of, and what is posted to it."""
