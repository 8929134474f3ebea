"""`python -m tests.bench.clients`: what a call of each of Google's clients takes of a function's processor.

`./deploy.sh cost` reckons with these. The platform and the work run in processes of their own; eight calls at a time,
as an instance has them. The floor is the same number of empty calls of the same loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.cost.workload import COMMIT_MS, DOCUMENT_READ_MS, WAREHOUSE_MS
from tests.support.platform import running_platform

ROOT = Path(__file__).resolve().parents[3]
SAID = {
    "floor": ("an empty call (floor)", None),
    "read": ("a document read", DOCUMENT_READ_MS),
    "commit": ("an entity and its event committed", COMMIT_MS),
    "query": ("a query of the warehouse", WAREHOUSE_MS),
}


async def main() -> None:
    """Run the work beside a platform, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_platform(Path(folder) / "data") as platform:
            done = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-m", "tests.bench.clients.work"],
                env={**os.environ, **platform.environment},
                cwd=ROOT,
                capture_output=True,
                text=True,
            )
    if done.returncode:
        raise SystemExit(done.stderr)
    figures = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{'':36}{'CPU-ms':>8}{'cost reckons with':>20}")
    for name, (said, reckoned) in SAID.items():
        print(f"{said:36}{figures[name]:8.3f}{reckoned if reckoned is not None else '–':>20}")


if __name__ == "__main__":
    asyncio.run(main())
