"""Values out of a provider's JSON, in which any field may be missing or of another kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

LONGEST: Final = 500


def at(value: Any, *path: str) -> Any:
    """The value at a path of names; None where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str) -> str | None:
    """The text at a path, trimmed and at most 500 characters; None for anything else or nothing."""
    found = at(value, *path)
    return (found.strip()[:LONGEST] or None) if isinstance(found, str) else None


def whole(value: Any, *path: str) -> int | None:
    """The integer at a path."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def moment(value: Any, otherwise: datetime) -> datetime:
    """A time told in seconds or in RFC 3339; `otherwise` where it is neither."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        read = datetime.fromisoformat(value) if isinstance(value, str) else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise
    return read if read.tzinfo else read.replace(tzinfo=UTC)
