"""Opportunities found in the numbers of two times 28 days: one module for each kind."""
