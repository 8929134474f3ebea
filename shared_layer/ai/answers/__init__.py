"""Whole answers: from the cache, or from the first provider that gives a good one, each paid and recorded."""
