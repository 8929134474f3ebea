"""The deployed functions, through Google's own client: their revisions, and who gets how much traffic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from infra.deploy.stage import Stage

KEPT: Final = 5
"""Revisions of a function that were well and can be gone back to, the youngest."""
AGE: Final = timedelta(hours=24)
"""Younger revisions stay whatever they are: somebody may be looking at them."""
TAG: Final = "canary"
"""The tag under which a revision is reached before it has any traffic."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A function as it is now. `traffic` is percent by revision; `newest` is the youngest one that is ready.

    `failing` says why the youngest revision did not become ready; `tagged` is the URL of the canary's tag; `held` are
    the revisions that Cloud Run itself keeps: they have traffic or a tag, or are the youngest.
    """

    name: str
    kind: str
    source: str
    address: str
    newest: str
    traffic: dict[str, int]
    pinned: bool
    failing: str = ""
    tagged: str = ""
    held: frozenset[str] = frozenset()

    @property
    def serving(self) -> str:
        """The revision with the most traffic."""
        return max(self.traffic, key=lambda revision: self.traffic[revision], default="")

    @property
    def settled(self) -> bool:
        """Whether the newest revision has all traffic, by name."""
        return self.pinned and self.traffic == {self.newest: 100} and not self.failing


class Services:
    """Cloud Run's services of one stage that are functions."""

    def __init__(self, stage: Stage, services: Any = None, revisions: Any = None) -> None:
        from google.cloud import run_v2

        self._run = run_v2
        self._parent = f"projects/{stage.project}/locations/{stage.region}"
        self._services = services or run_v2.ServicesClient()
        self._revisions = revisions or run_v2.RevisionsClient()

    def all(self) -> dict[str, Deployed]:
        """Every deployed function by name."""
        found = (self._deployed(service) for service in self._services.list_services(parent=self._parent))
        return {one.name: one for one in found if one.kind}

    def get(self, name: str) -> Deployed:
        """One function, as it is now."""
        return self._deployed(self._services.get_service(name=f"{self._parent}/services/{name}"))

    def former(self, deployed: Deployed) -> str:
        """The revision to go back to: the youngest ready one that is older than the serving one; empty for none."""
        listed = self._revisions.list_revisions(parent=f"{self._parent}/services/{deployed.name}")
        ready = sorted((one for one in listed if _is_ready(one)), key=lambda one: one.create_time, reverse=True)
        names = [str(one.name).rpartition("/")[2] for one in ready]
        later = names.index(deployed.serving) + 1 if deployed.serving in names else 0
        return names[later] if later < len(names) else ""

    def outlived(self, deployed: Deployed, now: datetime) -> tuple[str, ...]:
        """The revisions that nothing needs any more: a day old, without traffic, beyond the last that were well."""
        listed = self._revisions.list_revisions(parent=f"{self._parent}/services/{deployed.name}")
        found = sorted(listed, key=lambda one: one.create_time, reverse=True)
        well = [one.name for one in found if _is_ready(one)][:KEPT]
        old = [one for one in found if one.name not in well and now - one.create_time > AGE]
        names = (str(one.name).rpartition("/")[2] for one in reversed(old))
        return tuple(name for name in names if name not in deployed.held)

    def delete(self, name: str, revision: str) -> None:
        """Delete a revision. Google refuses where it has traffic."""
        full = f"{self._parent}/services/{name}/revisions/{revision}"
        self._revisions.delete_revision(name=full).result(timeout=300)

    def send(self, name: str, traffic: dict[str, int], tagged: str = "") -> Deployed:
        """Split the traffic: percent by revision, 100 in all; `tagged` is also reached at the canary's own URL."""
        if sum(traffic.values()) != 100:
            raise ValueError(f"{traffic} is not 100 percent")
        shares: dict[str, int] = {**traffic}
        if tagged:
            shares.setdefault(tagged, 0)
        targets = [
            self._run.TrafficTarget(
                type_=self._run.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION,
                revision=revision,
                percent=percent,
                tag=TAG if revision == tagged else "",
            )
            for revision, percent in shares.items()
            if percent or revision == tagged
        ]
        service = self._run.Service(name=f"{self._parent}/services/{name}", traffic=targets)
        done = self._services.update_service(service=service, update_mask={"paths": ["traffic"]}).result(timeout=300)
        return self._deployed(done)

    def _deployed(self, service: Any) -> Deployed:
        latest = str(service.latest_ready_revision).rpartition("/")[2]
        created = str(service.latest_created_revision).rpartition("/")[2]
        by_name = self._run.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION
        condition = service.terminal_condition
        return Deployed(
            name=str(service.name).rpartition("/")[2],
            kind=service.labels.get("kind", ""),
            source=service.labels.get("source", ""),
            address=next(iter(service.custom_audiences), service.uri),
            newest=latest,
            traffic=_shares(service.traffic, latest),
            pinned=all(target.type_ == by_name for target in service.traffic) and bool(service.traffic),
            failing=f"{created} is not ready: {condition.message or 'no reason was given'}"
            if created != latest
            else "",
            held=frozenset({latest, created, *(str(one.revision).rpartition("/")[2] for one in service.traffic)}),
            tagged=next((status.uri for status in service.traffic_statuses if status.tag == TAG), ""),
        )


def _shares(targets: Iterable[Any], latest: str) -> dict[str, int]:
    shares: dict[str, int] = {}
    for target in targets:
        if target.percent:
            revision = str(target.revision).rpartition("/")[2] or latest
            shares[revision] = shares.get(revision, 0) + target.percent
    return shares


def _is_ready(revision: Any) -> bool:
    succeeded = type(revision.conditions[0]).State.CONDITION_SUCCEEDED if revision.conditions else None
    return any(one.type_ == "Ready" and one.state == succeeded for one in revision.conditions)
