"""Live events: a tenant's events as they happen."""
