"""A service's damaged data, told as the one sentence that ends the start."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.refusal import Refusal


@contextmanager
def broken_state_refused(service: str, folder: Path) -> Iterator[None]:
    """Turn what a database or the file system says about `folder` into a Refusal that says what to do."""
    import duckdb

    try:
        yield
    except (sqlite3.DatabaseError, duckdb.Error) as damaged:
        reason = str(damaged).splitlines()[0]
        raise Refusal(
            f"The data of {service} in {folder} cannot be opened ({reason}): "
            "put a copy in its place, or move the folder away to start with an empty one."
        ) from damaged
    except OSError as closed:
        raise Refusal(
            f"The data of {service} in {folder} cannot be written ({closed.strerror or closed}): "
            "make it writable or choose another folder with --data."
        ) from closed
