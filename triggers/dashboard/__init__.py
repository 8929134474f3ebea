"""Triggers of platform-dashboard: what is told of the platform's health."""
