"""Secrets of the deployment: files that Secret Manager mounts beside the operators' keys, or variables of their own.

A file is read again every five minutes, so that a rotated secret is taken up without a deploy. It may hold several
values, a line each: the first is the one in use, the others are former ones that are still believed.
"""

from __future__ import annotations

import os
from typing import Final

from shared_layer.core import clock
from shared_layer.core.secrets import secret_file

RELOAD_SECONDS: Final = 300.0

_known: dict[str, tuple[float, tuple[str, ...]]] = {}


def mounted(name: str) -> tuple[str, ...]:
    """The values of the secret called `name`, none where there is no such secret.

    `xynergy-slack-signing-secret` is that file, unless `XYNERGY_SLACK_SIGNING_SECRET` is set: then its
    comma-separated values.
    """
    variable = os.environ.get(name.upper().replace("-", "_"))
    if variable is not None:
        return tuple(value.strip() for value in variable.split(",") if value.strip())
    file = secret_file(name)
    read_at, values = _known.get(str(file), (float("-inf"), ()))
    if clock.now() - read_at > RELOAD_SECONDS or not values:
        values = tuple(line.strip() for line in file.read_text().splitlines() if line.strip()) if file.is_file() else ()
        _known[str(file)] = (clock.now(), values)
    return values
