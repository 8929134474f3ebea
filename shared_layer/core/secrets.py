"""Where a secret is mounted. Cloud Run gives each secret a folder of its own; on one machine they lie side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shared_layer.core.settings import settings

MOUNTED: Final = "value"
"""The file in a mounted secret's folder."""


def secret_file(secret: str) -> Path:
    """The file with the current version of `secret`: `/secrets/{secret}/value`, or `{secret}` in a flat folder."""
    operators = Path(settings().operator_keys_file)
    mounted = operators.parent.with_name(secret) / MOUNTED
    return mounted if operators.name == MOUNTED else operators.with_name(secret)
