"""Campaigns: planned by AI from a business brief, then launched, paused and resumed.

What other domains may use: `brief`, `creation.create_campaign`, `lifecycle` and `store.get_campaign`.
"""
