"""`python -m infra.local.provision`: everything it needs to know stands in the environment."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from infra.local.options import ROOT
from infra.local.provision import eventarc, pubsub, scheduler, secrets, stores
from infra.local.provision.plan import plan
from infra.manifest.collect import collect

_CLOUD_WITHIN: Final = 60.0


def provision() -> int:
    """Bring the local cloud into the state that the functions declare; answers how many functions there are."""
    env = os.environ
    project, region = env["GOOGLE_CLOUD_PROJECT"], env["XYNERGY_REGION"]
    manifest = collect(ROOT)
    planned = plan(manifest, env["XYNERGY_FUNCTIONS_URL"], project)
    _wait_for(env["PUBSUB_EMULATOR_HOST"])
    _wait_for(env["BIGQUERY_EMULATOR_HOST"].removeprefix("http://"))
    steps: tuple[Callable[[], None], ...] = (
        partial(pubsub.apply, planned, env["PUBSUB_EMULATOR_HOST"], project),
        partial(scheduler.apply, planned, env["SCHEDULER_EMULATOR_HOST"], project, region),
        partial(eventarc.apply, planned, env["EVENTARC_EMULATOR_HOST"], project, region),
        partial(stores.make_tables, project),
        stores.make_buckets,
        secrets.make_secrets,
    )
    with ThreadPoolExecutor(len(steps)) as pool:
        for step in [pool.submit(step) for step in steps]:
            step.result()
    return len(manifest.declarations)


def _wait_for(address: str) -> None:
    """Return once something listens at `host:port`: the local cloud starts at the same time as this."""
    host, _, port = address.rpartition(":")
    until = time.monotonic() + _CLOUD_WITHIN
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1.0).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


if __name__ == "__main__":
    print(json.dumps({"ready": True, "functions": provision()}), flush=True)
    sys.exit(0)
