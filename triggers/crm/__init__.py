"""Triggers of crm-engine: what other systems tell of people, and what is kept in step."""
