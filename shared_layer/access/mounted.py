"""Secrets of the deployment: files that Secret Manager mounts beside the operators' keys, or variables of their own.

A file is read again every five minutes, so that a rotated secret is taken up without a deploy.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from shared_layer.core import clock, environment
from shared_layer.core.secrets import secret_file
from shared_layer.core.settings import settings

RELOAD_SECONDS: Final = 300.0
ABSENT_SECONDS: Final = 1.0
"""How long one that was not there is not looked for again: what is asked for with every call may well be absent."""

_known: dict[tuple[str, str], tuple[float, str]] = {}


def mounted_text(name: str) -> str:
    """The secret called `name`, empty where there is none.

    `xynergy-slack-signing-secret` is that file, unless the variable `XYNERGY_SLACK_SIGNING_SECRET` is set.
    """
    variable = environment.variable(_variable_of(name))
    if variable is not None:
        return variable
    place = (settings().operator_keys_file, name)
    read_at, text = _known.get(place, (float("-inf"), ""))
    if clock.now() - read_at > (RELOAD_SECONDS if text else ABSENT_SECONDS):
        file = secret_file(name)
        text = file.read_text() if file.is_file() else ""
        _known[place] = (clock.now(), text)
    return text


@cache
def _variable_of(name: str) -> str:
    return name.upper().replace("-", "_")


def mounted(name: str) -> tuple[str, ...]:
    """Its values, a line each (in a variable also between commas): the first is in use, former ones are believed."""
    return tuple(value.strip() for value in mounted_text(name).replace(",", "\n").splitlines() if value.strip())
