"""Webhooks: signed calls from other systems, and to them."""
