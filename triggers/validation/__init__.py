"""Triggers of validation-coordinator: submitted content, links, and long texts."""
