"""Triggers of gmail-intelligence-service: what Gmail tells of, and what is handed to it."""
