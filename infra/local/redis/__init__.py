"""Redis on one machine: a real redis-server where one is installed, else fakeredis behind its own TCP server."""

from infra.local.redis.service import RedisService, RedisUnavailable

__all__ = ["RedisService", "RedisUnavailable"]
