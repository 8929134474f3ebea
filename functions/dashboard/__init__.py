"""Functions of platform-dashboard: the health of the platform, live."""
