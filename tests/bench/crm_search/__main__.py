"""Documents read, and milliseconds, of lists and searches at growing numbers of contacts, on the local Firestore.

./deploy.sh bench crm_search [1000 10000 100000 1000000] [--walk]

`--walk` also follows every list of 200 to its end by its cursors, and counts whom it met.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from infra.local import programs
from infra.local.child import Child
from infra.local.environment import platform_variables, process_environment
from infra.local.firestore.paths import Collection
from infra.local.firestore.schema import FILE_NAME
from infra.local.folder import DataFolder
from infra.local.ports import Ports
from shared_layer.core.caller import Caller
from shared_layer.core.settings import settings
from shared_layer.crm.contact import COLLECTION
from tests.bench.crm_search.loading import Target, load
from tests.bench.crm_search.measuring import Found, Reads, measure, walked
from tests.bench.crm_search.people import people, stored
from tests.bench.crm_search.sample import differences
from tests.support.staging import context

TENANT: Final = "tbench"
MOMENT: Final = 1_790_000_000_000_000


@asynccontextmanager
async def cloud(folder: Path, count: int) -> AsyncIterator[Path]:
    """The local cloud alone over `count` contacts, with nothing that listens to its documents; answers the folder that
    its Firestore keeps.
    """
    data, ports = DataFolder(folder), Ports.choose(0)
    variables = platform_variables({}, ports, data)
    environment = process_environment(os.environ, variables)
    os.environ.update(variables)
    settings.cache_clear()
    database = f"projects/{variables['GOOGLE_CLOUD_PROJECT']}/databases/(default)"
    target = Target(data.path / "firestore", Collection(database, f"tenants/{TENANT}/{COLLECTION}"), MOMENT)
    began = time.perf_counter()
    load(target, stored, count)
    size = (target.folder / FILE_NAME).stat().st_size / 2**30
    print(f"{count:,} contacts loaded in {time.perf_counter() - began:.0f} s, {size:.1f} GiB", flush=True)
    child = Child(programs.local_cloud(ports, data, environment), lambda *_: None)
    await child.start()
    await child.ready(60)
    try:
        yield target.folder
    finally:
        await child.stop(patience=5.0)
        data.release()


async def of_size(count: int, walk: bool) -> dict[str, Found]:
    """What every question costs at that many contacts."""
    caller = Caller(TENANT, "bench", frozenset(), "unlimited", False, context("crm-engine", TENANT))
    with tempfile.TemporaryDirectory() as folder:
        async with cloud(Path(folder) / "data", count) as kept:
            found = await measure(Reads(), caller)
            sample = [next(people(number, number + 1)) for number in range(0, count, count // 100 or 1)]
            unlike = await differences(kept, TENANT, sample)
            print(f"{len(sample) - unlike} of a sample of {len(sample)} lie there as Firestore's client writes them")
            for sort in ("-created_at", "name") if walk else ():
                items, seconds = await walked(caller, sort=sort)
                print(f"sorted by {sort}, the cursors lead to {items:,} contacts, each once, in {seconds:.0f} s")
    return found


def main(sizes: list[int], walk: bool) -> None:
    """Print a table: a row for each query, and for each size what it reads, holds and takes."""
    table: dict[str, list[Found]] = {}
    for size in sizes:
        for name, found in asyncio.run(of_size(size, walk)).items():
            table.setdefault(name, []).append(found)
    print(f"{'contacts':34}" + "".join(f"{size:>13,}: read items {'ms':>7}" for size in sizes))
    for name, row in table.items():
        print(f"{name:34}" + "".join(f"{one.documents:>19}{one.items:>6}{one.milliseconds:8.1f}" for one in row))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./deploy.sh bench crm_search", description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="CONTACTS")
    parser.add_argument("--walk", action="store_true", help="follow two lists to their end by their cursors")
    given = parser.parse_args()
    main(given.sizes or [1_000, 10_000], given.walk)
