"""API Gateway's configs, through Google's own client. An API holds a hundred of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from infra.deploy.stage import Stage

NAME: Final = "xynergy"
"""The API's and the gateway's name in infra/terraform/gateway.tf."""
KEPT: Final = 10
"""Configs that nothing runs and that stay, the newest: what somebody may want to look at."""
AGE: Final = timedelta(hours=24)
"""Younger ones may be another deployment's that is under way."""


def config_of(specification: str) -> str:
    """The id of a specification's config, as infra/terraform/gateway.tf has it."""
    return f"spec-{hashlib.sha256(specification.encode()).hexdigest()[:16]}"


class Gateway:
    """The gateway of one stage. `now` is the moment that ages are taken at."""

    def __init__(self, stage: Stage, client: Any = None, now: datetime | None = None) -> None:
        from google.cloud import apigateway_v1

        self._client = client or apigateway_v1.ApiGatewayServiceClient()
        self._project = f"projects/{stage.project}"
        self._region = stage.region
        self._now = now or datetime.now(UTC)

    def serving(self) -> str:
        """The id of the config that the gateway runs; empty where there is none."""
        return next((config for name, config in self._running().items() if name == NAME), "")

    def left_over(self) -> tuple[str, ...]:
        """The ids of configs that no gateway runs any more, beyond those that are kept; the oldest first."""
        parent = f"{self._project}/locations/global/apis/{NAME}"
        running = set(self._running().values())
        found = self._client.list_api_configs(request={"parent": parent})
        idle = [one for one in found if str(one.name).rpartition("/")[2] not in running]
        idle.sort(key=lambda one: one.create_time, reverse=True)
        old = [one for one in idle[KEPT:] if self._now - one.create_time > AGE]
        return tuple(str(one.name).rpartition("/")[2] for one in reversed(old))

    def delete(self, config: str) -> None:
        """Delete a config. Google refuses where a gateway runs it."""
        name = f"{self._project}/locations/global/apis/{NAME}/configs/{config}"
        self._client.delete_api_config(request={"name": name}).result(timeout=600)

    def _running(self) -> dict[str, str]:
        parent = f"{self._project}/locations/{self._region}"
        found = self._client.list_gateways(request={"parent": parent})
        return {str(one.name).rpartition("/")[2]: str(one.api_config).rpartition("/")[2] for one in found}
