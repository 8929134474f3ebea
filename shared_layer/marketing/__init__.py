"""Campaigns: planned by AI from a business brief, then launched, paused and resumed."""
