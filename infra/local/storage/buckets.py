"""Buckets: names, labels, lifecycle rules. One machine has one namespace, whatever project a caller names."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from infra.local.clock import Clock
from infra.local.storage.conditions import Conditions
from infra.local.storage.database import Database
from infra.local.storage.errors import BadRequest, Conflict, NotFound, PreconditionFailed
from infra.local.storage.stored_object import timestamp

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_FIXED = frozenset(
    {"kind", "id", "name", "selfLink", "projectNumber", "timeCreated", "updated", "metageneration", "etag"}
)
_MERGED = ("labels", "iamConfiguration", "versioning", "website", "logging", "retentionPolicy")

BucketResource = dict[str, Any]


class Buckets:
    """Each bucket is kept as its JSON resource, without links."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def insert(self, given: Mapping[str, Any]) -> BucketResource:
        name = str(given.get("name", ""))
        if not _NAME.fullmatch(name):
            raise BadRequest(f"Invalid bucket name: {name!r}")
        now = timestamp(self._clock.now())
        resource = {
            "kind": "storage#bucket",
            "id": name,
            "name": name,
            "projectNumber": "0",
            "location": "US",
            "locationType": "multi-region",
            "storageClass": "STANDARD",
            "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}},
            **{field: value for field, value in given.items() if field not in _FIXED and value is not None},
            "timeCreated": now,
        }
        resource["location"] = str(resource["location"]).upper()
        with self._database.transaction():
            if self._find(name) is not None:
                raise Conflict(f"Your previous request to create the bucket {name} succeeded and you already own it.")
            self._save(resource, 1, now)
        return resource

    def get(self, name: str) -> BucketResource:
        found = self._find(name)
        if found is None:
            raise NotFound(f"The specified bucket does not exist: {name}")
        return found

    def page(self, prefix: str, after: str, limit: int) -> list[BucketResource]:
        """Up to `limit` buckets whose names begin with `prefix` and sort behind `after`."""
        rows = self._database.execute(
            "SELECT resource FROM buckets WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?",
            after, len(prefix), prefix, limit,
        )  # fmt: skip
        return [json.loads(row["resource"]) for row in rows]

    def patch(self, name: str, changes: Mapping[str, Any], conditions: Conditions, whole: bool) -> BucketResource:
        """Merge `changes` (null removes, also single labels), or replace what may be set where `whole`."""
        with self._database.transaction():
            old = self.get(name)
            _check(conditions, old)
            kept = {field: value for field, value in old.items() if not whole or field in _FIXED or field == "location"}
            resource = kept | _changed(kept, changes)
            resource = {field: value for field, value in resource.items() if value is not None}
            self._save(resource, int(old["metageneration"]) + 1, timestamp(self._clock.now()))
        return resource

    def delete(self, name: str, conditions: Conditions) -> None:
        with self._database.transaction():
            _check(conditions, self.get(name))
            if self._database.row("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1", name) is not None:
                raise Conflict("The bucket you tried to delete is not empty.")
            self._database.execute("DELETE FROM buckets WHERE name = ?", name)

    def _find(self, name: str) -> BucketResource | None:
        row = self._database.row("SELECT resource FROM buckets WHERE name = ?", name)
        return json.loads(row["resource"]) if row else None

    def _save(self, resource: BucketResource, metageneration: int, updated: str) -> None:
        resource["metageneration"] = str(metageneration)
        resource["etag"] = base64.b64encode(str(metageneration).encode()).decode()
        resource["updated"] = updated
        self._database.execute(
            "INSERT OR REPLACE INTO buckets VALUES (?, ?)", resource["name"], json.dumps(resource, ensure_ascii=False)
        )


def _check(conditions: Conditions, bucket: BucketResource) -> None:
    metageneration = int(bucket["metageneration"])
    wanted, unwanted = conditions.metageneration_match, conditions.metageneration_not_match
    if wanted not in (None, metageneration) or unwanted == metageneration:
        raise PreconditionFailed("At least one of the pre-conditions you specified did not hold.")


def _changed(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    changed = {field: value for field, value in changes.items() if field not in _FIXED}
    for field in _MERGED:
        if isinstance(changed.get(field), dict) and isinstance(old.get(field), dict):
            merged = {**old[field], **changed[field]}
            changed[field] = {key: value for key, value in merged.items() if value is not None}
        elif isinstance(changed.get(field), dict):
            changed[field] = {key: value for key, value in changed[field].items() if value is not None}
    return changed
