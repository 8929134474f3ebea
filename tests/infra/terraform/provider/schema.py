"""The distilled schema as Terraform's protocol has it.

A block is {"attrs": {name: [type, "required"|"optional"|"computed"]}, "blocks": {name: {"block", "min", "max"}}}.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tf.gen import tfplugin_pb2 as protocol

ALSO_COMPUTED = frozenset({"id", "project", "region", "zone", "managed_service", "slo_id", "service_id"})
"""What the provider fills in where it is left out."""


MISNAMED = {"google_eventarc_trigger": {"sa_common": "service_account"}}
"""Arguments whose names the distillation got wrong, as Google's documentation has them."""


def load(file: Path) -> dict[str, Any]:
    """The schema: {"provider": block, "resources": {type: block}, "data": {type: block}}."""
    schema = dict(json.loads(gzip.decompress(file.read_bytes())))
    for resource, names in MISNAMED.items():
        arguments = schema["resources"][resource]["attrs"]
        for wrong, right in names.items():
            arguments[right] = arguments.pop(wrong)
    return schema


def as_schema(block: dict[str, Any], with_timeouts: bool) -> protocol.Schema:
    """The schema of a resource, a data source or (without timeouts) the provider."""
    made = protocol.Schema(version=0, block=_block(block))
    if with_timeouts:
        timeouts = made.block.block_types.add(type_name="timeouts", nesting=protocol.Schema.NestedBlock.SINGLE)
        for name in ("create", "read", "update", "delete"):
            timeouts.block.attributes.add(name=name, type=b'"string"', optional=True)
    return made


def _block(block: dict[str, Any]) -> protocol.Schema.Block:
    made = protocol.Schema.Block(version=0)
    for name, (kind, mode) in block["attrs"].items():
        made.attributes.add(
            name=name,
            type=json.dumps(kind).encode(),
            required=mode == "required",
            optional=mode == "optional",
            computed=mode == "computed" or (mode == "optional" and name in ALSO_COMPUTED),
        )
    for name, nested in block["blocks"].items():
        made.block_types.add(
            type_name=name,
            block=_block(nested["block"]),
            nesting=protocol.Schema.NestedBlock.LIST,
            min_items=nested["min"],
            max_items=nested["max"],
        )
    return made
