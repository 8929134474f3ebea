"""What a call of a function takes: from what its code touches, and processor times.

Processor times are milliseconds of one core, measured on a machine of 2 cores: the front door's by `./deploy.sh bench
front_door`, those of Google's clients, a call each, by `./deploy.sh bench clients` (against the local cloud, so without
TLS). What a domain computes beside them is not in it: Cloud Run's own metrics tell that of a stage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from infra.cost.prices import ROUNDED_TO
from infra.manifest.access import Access, access_of
from infra.manifest.model import Manifest
from shared_layer.core.declaration import AnyDeclaration, EventHandler, HttpOperation, ScheduleHandler
from shared_layer.messaging.sweeping import ONE_TICK

FRONT_DOOR_MS: Final = 0.074
DOCUMENT_READ_MS: Final = 0.33
COMMIT_MS: Final = 0.64
WAREHOUSE_MS: Final = 1.02
MODEL_SECONDS: Final = 2.0
"""How long a model's answer is waited for: the instance is paid for meanwhile, its processor is not used."""

STAYS: Final = {"sweep_outbox": ONE_TICK}
"""Seconds that a function stays in its call, mostly asleep."""

WRITES_SHARE: Final = 0.2
"""The share of API calls that change something, where no other mix is given."""

EVENT_BYTES: Final = 1_500
LOG_BYTES: Final = 700
ANSWER_BYTES: Final = 2_000
"""An answer with its headers, on its way to the internet."""
SCAN_BYTES: Final = 10 * 2.0**20
"""BigQuery bills 10 MB at least for each table of a query."""


@dataclass(frozen=True, slots=True)
class Load:
    """A function with `rate` calls a second, each of `busy` seconds in its instance, `cpu_ms` of them computing."""

    name: str
    rate: float
    cpu_ms: float
    busy: float
    vcpus: float
    gib: float
    concurrency: int
    reads: float
    writes: float
    scans: float
    inserts: float
    api: bool
    pushed: bool

    @property
    def billed_seconds(self) -> float:
        """Seconds of instances that are paid for in a second: an instance is, while at least one call is in it.

        With n instances that share the calls alike, each is busy for 1 - e^(-rate·busy/n) of the time (an M/G/∞ queue).
        n is as many as keep a core at 60 % and the concurrency unfilled. Each time that one is busy is rounded up: it
        is (e^(rate·busy/n) - 1) / (rate/n) long in the mean, and a share e^(-rate·busy/n) of the calls begins one.
        """
        if not self.rate:
            return 0.0
        cores = self.rate * self.cpu_ms / 1000 / 0.6 / self.vcpus
        instances = max(1, math.ceil(max(cores, self.rate * self.busy / self.concurrency)))
        each = self.rate / instances
        length = math.expm1(each * self.busy) / each
        rounded = math.ceil(length / ROUNDED_TO) * ROUNDED_TO
        return instances * min(1.0, each * math.exp(-each * self.busy) * rounded)


def loads(manifest: Manifest, rps: float) -> tuple[Load, ...]:
    """Every function's load at `rps` API calls a second: reads and writes in the usual mix, each shared alike."""
    operations = [one for one in manifest.operations if not one.streams and not one.websocket]
    changing = [one for one in operations if one.emits]
    reading = [one for one in operations if not one.emits]
    rates = dict.fromkeys((one.name for one in changing), rps * WRITES_SHARE / max(1, len(changing)))
    rates |= dict.fromkeys((one.name for one in reading), rps * (1 - WRITES_SHARE) / max(1, len(reading)))
    return tuple(
        _load(one, _rate(one, rates, rps * WRITES_SHARE, changing), access_of(one)) for one in manifest.declarations
    )


def _rate(one: AnyDeclaration, rates: dict[str, float], events: float, changing: list[HttpOperation]) -> float:
    """Calls a second: an API operation's share; a handler's events; a job's ticks; a change of a document."""
    if isinstance(one, HttpOperation):
        return rates.get(one.name, 0.0)
    if isinstance(one, EventHandler):
        heard = [each for each in changing if each.service.topic in one.topics and _wants(one, each)]
        return events * len(heard) / max(1, len(changing))
    if isinstance(one, ScheduleHandler):
        return 1 / 60 if one.cron.startswith("* ") else 1 / 3600
    return events


def _wants(handler: EventHandler, operation: HttpOperation) -> bool:
    return not handler.event_types or bool(set(handler.event_types) & set(operation.emits))


def _load(one: AnyDeclaration, rate: float, access: Access) -> Load:
    things = {*access.reads, *access.writes}
    reads = 1.0 if any(thing.startswith("tenants/") for thing in access.reads) else 0.0
    writes = 2.0 if one.emits else 1.0 if any(thing.endswith("/inbox") for thing in access.writes) else 0.0
    scans = 1.0 if "bigquery" in things and isinstance(one, HttpOperation) else 0.0
    inserts = 1.0 if "bigquery" in access.writes and isinstance(one, EventHandler) else 0.0
    asks_model = any(thing.endswith("/ai_ledger") for thing in access.writes)
    cpu_ms = FRONT_DOOR_MS + reads * DOCUMENT_READ_MS + (COMMIT_MS if writes else 0) + scans * WAREHOUSE_MS
    waits = (
        (0.01 if reads else 0) + (0.02 if writes else 0) + (0.5 if scans else 0) + (MODEL_SECONDS if asks_model else 0)
    )
    return Load(
        name=one.name,
        rate=rate,
        cpu_ms=cpu_ms,
        busy=cpu_ms / 1000 + 0.002 + waits + STAYS.get(one.name, 0.0),
        vcpus=one.resources.cpu,
        gib=one.resources.memory / 1024,
        concurrency=one.resources.concurrency,
        reads=reads,
        writes=writes,
        scans=scans,
        inserts=inserts,
        api=isinstance(one, HttpOperation),
        pushed=isinstance(one, EventHandler),
    )
