"""Checks of texts before anybody reads them: readable, found, on brand, lawful, linked, their own, and true to sources.

material → suites → findings (span, reason, fix) → what the ruleset and the waivers make of them → an outcome
"""
