"""Functions of xynergy-intelligence-gateway: a tenant's events as they happen."""
