"""Durable workflows: definitions in code, done step by step as tasks of the runtime, undone in reverse when cancelled.

What other domains may use: `starting.stage_run` (start one), `starting.scopes_of` (what that needs) and `cancelling`.
"""
