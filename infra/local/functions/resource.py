"""A catalogue's entry as the google.cloud.functions.v2.Function that clients read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.local.functions.wire import message_class

_Function = message_class("Function")


def function_resource(entry: Mapping[str, Any]) -> Any:
    """The raw Function of {name, description, state, url, labels, service_account, runtime, entry_point, …}.

    `name` is projects/P/locations/L/functions/F; `state` a Function.State by name (ACTIVE where absent); `updated` a
    datetime; `timeout_seconds`, `max_instances`, `min_instances` and `concurrency` whole numbers; `memory` as Google
    writes it (`256Mi`). Only `name` is required.
    """
    function = _Function(
        name=entry["name"],
        description=entry.get("description", ""),
        state=entry.get("state", "ACTIVE"),
        environment="GEN_2",
        url=entry.get("url", ""),
        labels=dict(entry.get("labels", {})),
    )
    function.build_config.runtime = entry.get("runtime", "")
    function.build_config.entry_point = entry.get("entry_point", "")
    service = function.service_config
    service.uri = entry.get("url", "")
    service.service = entry.get("service", "")
    service.service_account_email = entry.get("service_account", "")
    service.available_memory = entry.get("memory", "")
    service.timeout_seconds = entry.get("timeout_seconds", 0)
    service.min_instance_count = entry.get("min_instances", 0)
    service.max_instance_count = entry.get("max_instances", 0)
    service.max_instance_request_concurrency = entry.get("concurrency", 0)
    updated = entry.get("updated")
    if isinstance(updated, datetime):
        function.update_time.FromDatetime(updated)
    return function
