"""The secrets' first versions: what the platform can make for itself is made, what only people have is asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

from infra.deploy.errors import Partial
from infra.deploy.stage import Stage
from infra.manifest.terraform.functions import OPERATOR_KEYS
from shared_layer.governance import signing
from shared_layer.storage import sealing

MADE: Final[dict[str, Callable[[], str]]] = {
    signing.SECRET: lambda: signing.new_key().decode(),
    sealing.SECRET: sealing.new_key,
    OPERATOR_KEYS: lambda: f"xyn_operator_{secrets.token_urlsafe(32)}",
}


class Secrets:
    """Secret Manager's secrets of one stage, through Google's own client."""

    def __init__(self, stage: Stage, client: Any = None) -> None:
        from google.cloud import secretmanager_v1

        self._client = client or secretmanager_v1.SecretManagerServiceClient()
        self.project = stage.project

    def has_version(self, name: str) -> bool:
        """Whether the secret has a version that can be read."""
        request = {"parent": f"projects/{self.project}/secrets/{name}", "filter": "state:ENABLED", "page_size": 1}
        return any(True for _ in self._client.list_secret_versions(request=request))

    def add(self, name: str, value: str) -> None:
        """Add a version; its checksum goes with it, so that no other bytes are kept."""
        import google_crc32c

        data = value.encode()
        payload = {"data": data, "data_crc32c": google_crc32c.value(data)}
        parent = f"projects/{self.project}/secrets/{name}"
        self._client.add_secret_version(request={"parent": parent, "payload": payload})


def ensure_versions(found: Secrets, names: Sequence[str]) -> tuple[str, ...]:
    """Make the missing versions that can be made; answers their names. Raises Partial, saying what people must add."""
    missing = [name for name in names if not found.has_version(name)]
    made = tuple(name for name in missing if name in MADE)
    for name in made:
        found.add(name, MADE[name]())
    if asked := [name for name in missing if name not in MADE]:
        lines = tuple(f"gcloud secrets versions add {name} --project={found.project} --data-file=-" for name in asked)
        raise Partial(
            "These secrets have no value yet, and functions that mount them could not start. Give each its:", lines
        )
    return made
