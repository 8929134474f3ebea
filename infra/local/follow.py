"""Shows what is added to log files, for `./deploy.sh local --verbose`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_EVERY: Final = 0.2


async def follow(logs: Sequence[Path]) -> None:
    """Copy to standard error what is appended to `logs` from now on, until cancelled."""
    read = {log: _size(log) for log in logs}
    while read:
        await asyncio.sleep(_EVERY)
        for log, position in read.items():
            if _size(log) > position:
                with log.open("rb") as file:
                    file.seek(position)
                    added = file.read()
                read[log] = position + len(added)
                sys.stderr.write(added.decode(errors="replace"))


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0
