"""Lifecycle rules: what of a bucket has outlived its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from infra.local.storage.stored_object import StoredObject

_DAY = 86_400.0
_UNDERSTOOD = frozenset({"age", "createdBefore", "matchesPrefix", "matchesSuffix", "isLive"})


def doomed(bucket: Mapping[str, Any], objects: Iterator[StoredObject], now: float) -> Iterator[StoredObject]:
    """The objects that a Delete rule of the bucket resource says to delete at `now`.

    Only rules whose every condition is understood here (age, createdBefore, matchesPrefix, matchesSuffix, isLive)
    are applied; the rest, other actions too, is stored and left alone: better an object too many than one too few.
    """
    rules = [rule["condition"] for rule in bucket.get("lifecycle", {}).get("rule", ()) if _applies(rule)]
    for candidate in objects:
        if any(_holds(condition, candidate, now) for condition in rules):
            yield candidate


def has_rules(bucket: Mapping[str, Any]) -> bool:
    """Whether a sweep of the bucket can delete anything."""
    return any(_applies(rule) for rule in bucket.get("lifecycle", {}).get("rule", ()))


def _applies(rule: Mapping[str, Any]) -> bool:
    condition = rule.get("condition", {})
    return rule.get("action", {}).get("type") == "Delete" and bool(condition) and condition.keys() <= _UNDERSTOOD


def _holds(condition: Mapping[str, Any], candidate: StoredObject, now: float) -> bool:
    if condition.get("isLive") is False:
        return False
    if "age" in condition and now - candidate.created < condition["age"] * _DAY:
        return False
    if "createdBefore" in condition:
        midnight = datetime.fromisoformat(condition["createdBefore"]).replace(tzinfo=UTC).timestamp()
        if candidate.created >= midnight:
            return False
    prefixes, suffixes = condition.get("matchesPrefix"), condition.get("matchesSuffix")
    if prefixes and not candidate.name.startswith(tuple(prefixes)):
        return False
    return not suffixes or candidate.name.endswith(tuple(suffixes))
