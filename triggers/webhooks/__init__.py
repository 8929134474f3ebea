"""Triggers of webhook-service."""
