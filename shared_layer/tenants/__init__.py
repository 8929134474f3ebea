"""Tenants and their API keys.

What other domains may use: `onboarding` (what a tenant has still to set up).
"""
