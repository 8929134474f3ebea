"""What a deployment would do, as plain values: read from Terraform's plan, printed for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Action = Literal["create", "update", "replace", "delete"]

FUNCTION: Final = "google_cloud_run_v2_service"
_KEY: Final = re.compile(r'\["(.+)"\]$')
_ACTIONS: Final[dict[tuple[str, ...], Action]] = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that would change; `key` is its name among those of its kind."""

    address: str
    kind: str
    key: str
    action: Action


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, in Terraform's order. `reasons` says of a function why its content is another one."""

    changes: tuple[Change, ...]
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def functions(self) -> tuple[Change, ...]:
        """The changes of functions."""
        return tuple(change for change in self.changes if change.kind == FUNCTION)

    @property
    def losses(self) -> tuple[Change, ...]:
        """What would be lost with what it holds: databases, tables, buckets and topics that go."""
        kept = ("firestore_database", "bigquery_table", "bigquery_dataset", "storage_bucket", "pubsub_topic")
        gone = [change for change in self.changes if change.action in ("delete", "replace")]
        return tuple(change for change in gone if change.kind.removeprefix("google_") in kept)

    def lines(self) -> list[str]:
        """The plan as a person reads it: functions one by one, everything else counted by kind."""
        if not self.changes:
            return ["Nothing to change: what is deployed is what is here."]
        told = [_line(change, self.reasons.get(change.key, ())) for change in self.functions]
        others = Counter((change.action, change.kind) for change in self.changes if change.kind != FUNCTION)
        told += [f"  {action:8}{count:4} {_words(kind)}" for (action, kind), count in sorted(others.items())]
        told += [f"  LOST     {change.address}: what it holds goes with it" for change in self.losses]
        count = Counter(change.action for change in self.changes)
        return [*told, "", ", ".join(f"{count[action]} to {action}" for action in _ORDER if count[action]) + "."]


_ORDER: Final[tuple[Action, ...]] = ("create", "update", "replace", "delete")


def read_plan(shown: Mapping[str, Any], reasons: Mapping[str, tuple[str, ...]]) -> Plan:
    """The plan that `terraform show -json` tells of."""
    changes = []
    for one in shown.get("resource_changes", ()):
        action = _ACTIONS.get(tuple(one["change"]["actions"]))
        if action is not None and one.get("mode") == "managed":
            key = _KEY.search(one["address"])
            changes.append(Change(one["address"], one["type"], key.group(1) if key else one["name"], action))
    return Plan(tuple(changes), reasons)


def _line(change: Change, reasons: tuple[str, ...]) -> str:
    why = "; ".join(reasons[:3]) + (f" (+{len(reasons) - 3} more)" if len(reasons) > 3 else "")
    told = {"create": "a new function", "delete": "no longer declared"}.get(change.action, why or "its settings")
    return f"  {change.action:8}{change.key:32} {told}"


def _words(kind: str) -> str:
    return kind.removeprefix("google_").replace("_", " ")
