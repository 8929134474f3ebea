"""Values as they are planned and as they are after apply: what only Google knows is unknown first, then made up."""

from __future__ import annotations

from typing import Any

import msgpack
from tf.gen import tfplugin_pb2 as protocol

from tests.infra.terraform.provider.schema import ALSO_COMPUTED

UNKNOWN = msgpack.ExtType(0, b"")
PROJECT, NUMBER = "xynergy-test", "123456789012"

Block = dict[str, Any]


def unpacked(value: protocol.DynamicValue) -> Any:
    return msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False) if value.msgpack else None


def packed(value: Any) -> protocol.DynamicValue:
    return protocol.DynamicValue(msgpack=msgpack.packb(value))


def plan(value: dict[str, Any], block: Block) -> dict[str, Any]:
    """`value` with what Google will fill in marked as unknown."""
    for name, (_, mode) in block["attrs"].items():
        if value.get(name) is None and (mode == "computed" or name in ALSO_COMPUTED):
            value[name] = UNKNOWN
    for name, nested in block["blocks"].items():
        for item in value.get(name) or []:
            if isinstance(item, dict):
                plan(item, nested["block"])
    return value


def fill(value: dict[str, Any], block: Block, kind: str) -> dict[str, Any]:
    """`value` with everything unknown made up, alike for the same resource."""
    title = next((str(value[key]) for key in _TITLES if isinstance(value.get(key), str)), kind)
    for name, (type_, _) in block["attrs"].items():
        if isinstance(value.get(name), msgpack.ExtType):
            value[name] = _made_up(name, type_, kind, title)
    for name, nested in block["blocks"].items():
        for item in value.get(name) or []:
            fill(item, nested["block"], kind)
    return value


_TITLES = (
    "name",
    "account_id",
    "secret_id",
    "api_id",
    "gateway_id",
    "dataset_id",
    "slo_id",
    "repository_id",
    "display_name",
)


def _made_up(name: str, type_: Any, kind: str, title: str) -> Any:
    email = f"{title}@{PROJECT}.iam.gserviceaccount.com"
    known = {
        "project": PROJECT,
        "number": NUMBER,
        "email": email,
        "member": f"serviceAccount:{email}",
        "host": "10.0.0.3",
        "default_hostname": f"{title}-abc123.uc.gateway.dev",
        "managed_service": f"{title}-abc123.apigateway.{PROJECT}.cloud.goog",
    }
    if type_ == "string":
        return known.get(name, f"{kind}/{title}/{name}")
    if type_ == "number":
        return {"port": 6379}.get(name, 1)
    if type_ == "bool":
        return False
    return {} if isinstance(type_, list) and type_[0] in ("map", "object") else []
