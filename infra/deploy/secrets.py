"""The secrets' first versions: what the platform can make for itself is made, what only people have is asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Final

from infra.deploy.errors import Partial
from infra.deploy.gcloud import Gcloud
from infra.manifest.terraform.functions import OPERATOR_KEYS
from shared_layer.governance import signing
from shared_layer.storage import sealing

MADE: Final[dict[str, Callable[[], str]]] = {
    signing.SECRET: lambda: signing.new_key().decode(),
    sealing.SECRET: sealing.new_key,
    OPERATOR_KEYS: lambda: f"xyn_operator_{secrets.token_urlsafe(32)}",
}


def ensure_versions(gcloud: Gcloud, names: Sequence[str]) -> tuple[str, ...]:
    """Make the missing versions that can be made; answers their names. Raises Partial, saying what people must add."""
    missing = [name for name in names if not gcloud.lines("secrets", "versions", "list", name, "--format=value(name)")]
    made = tuple(name for name in missing if name in MADE)
    for name in made:
        gcloud.run("secrets", "versions", "add", name, "--data-file=-", given=MADE[name]())
    if asked := [name for name in missing if name not in MADE]:
        lines = tuple(f"gcloud secrets versions add {name} --project={gcloud.project} --data-file=-" for name in asked)
        raise Partial(
            "These secrets have no value yet, and functions that mount them could not start. Give each its:", lines
        )
    return made
