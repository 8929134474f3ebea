"""Updates that name the fields they change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from infra.local.pubsub.errors import InvalidArgument


def apply_mask(current: Any, wanted: Any, paths: Collection[str], fixed: Collection[str]) -> Any:
    """A copy of the message `current` with the fields at `paths` as in `wanted`.

    Raises InvalidArgument for no paths, an unknown path, or a field in `fixed`, which cannot be changed.
    """
    if not paths:
        raise InvalidArgument("The update_mask must be set, and must contain a non-empty paths list.")
    changed = type(current)()
    changed.CopyFrom(current)
    for path in paths:
        if path.partition(".")[0] in fixed:
            raise InvalidArgument(f"Invalid update_mask: the field {path!r} cannot be changed.")
        _copy(changed, wanted, path.split("."), path)
    return changed


def _copy(target: Any, source: Any, names: list[str], path: str) -> None:
    name, rest = names[0], names[1:]
    field = target.DESCRIPTOR.fields_by_name.get(name)
    if field is None or (rest and (field.message_type is None or field.is_repeated)):
        raise InvalidArgument(f"Invalid update_mask: there is no field {path!r}.")
    if rest:
        _copy(getattr(target, name), getattr(source, name), rest, path)
        return
    target.ClearField(name)
    only_this = type(source)()
    only_this.CopyFrom(source)
    for other in source.DESCRIPTOR.fields_by_name:
        if other != name:
            only_this.ClearField(other)
    target.MergeFrom(only_this)
