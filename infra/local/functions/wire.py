"""The messages of google.cloud.functions.v2. `descriptors.binpb` is the installed client's; a test holds them equal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf import message_factory

from infra.local.descriptors import pool_of

DESCRIPTORS = Path(__file__).with_name("descriptors.binpb")
_POOL = pool_of(DESCRIPTORS)


def message_class(name: str) -> Any:
    """The class of google.cloud.functions.v2's message `name`."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"google.cloud.functions.v2.{name}"))
