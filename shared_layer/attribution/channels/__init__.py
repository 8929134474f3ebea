"""Where a visit came from, and which channel that is."""
