"""The dashboard: the platform's health and the tenant's events, measured, streamed, and shown on a page."""
