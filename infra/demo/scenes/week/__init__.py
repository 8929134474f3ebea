"""A week at a small agency: what comes in from outside, and what becomes of it."""

from infra.demo.scenes.week.agency import agency_week

__all__ = ["agency_week"]
