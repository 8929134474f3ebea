"""The OpenAPI document as it is served: a file that is generated from the functions' declarations."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

from shared_layer.core.errors import Unavailable

VARIABLE: Final = "XYNERGY_OPENAPI"
"""The environment variable that names the file."""


def api_description() -> bytes:
    """The document's JSON. A file that is written anew is read anew.

    Raises Unavailable where the deployment names no file, or one that is not there.
    """
    name = os.environ.get(VARIABLE, "")
    if not name:
        raise Unavailable(f"This deployment carries no API description. Set {VARIABLE} to the file that holds it.")
    try:
        written = Path(name).stat().st_mtime_ns
        return _read(name, written)
    except OSError as error:
        raise Unavailable(f"The API description cannot be read: {error.strerror}. Generate it, then retry.") from error


@lru_cache(maxsize=1)
def _read(name: str, written: int) -> bytes:  # noqa: ARG001 - the time of writing is part of the cache's key
    return Path(name).read_bytes()
