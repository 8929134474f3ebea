"""RedisUnavailable: no Redis could be started."""

from __future__ import annotations


class RedisUnavailable(Exception):
    """The message says why, and what to do about it."""
