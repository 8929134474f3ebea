"""Lists, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.pubsub.errors import InvalidArgument

_LARGEST = 1000


def page(names: Iterable[str], size: int, token: str) -> tuple[list[str], str]:
    """Up to `size` names (0: the largest page) behind `token`, in order, and the token of the next page or ''."""
    if size < 0:
        raise InvalidArgument("page_size must not be negative.")
    behind = sorted(name for name in names if name > token)
    found = behind[: min(size or _LARGEST, _LARGEST)]
    return found, found[-1] if len(found) < len(behind) else ""
