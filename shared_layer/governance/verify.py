"""Verify an audit export by itself: no platform, no network, only the file and the public key.

    python -m shared_layer.governance.verify export.jsonl --public-key audit-key.pub

Ends with 0 where the chain holds, 1 where it does not (the first bad number and why are told), 2 for a file that
cannot be read. Without a key the checkpoints' signatures are not believed, and not used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from shared_layer.governance.checkpoint import Checkpoint, first_fault
from shared_layer.governance.signing import read_public_keys
from shared_layer.governance.verification import ChainWalk, Verdict


def verify_export(lines: Iterable[bytes], keys: dict[str, Any] | None) -> Verdict:
    """The verdict on an export's lines. Raises ValueError for lines that are not an export's."""
    records: list[dict[str, Any]] = []
    checkpoints: list[Checkpoint] = []
    for number, line in enumerate(lines, 1):
        entry = orjson.loads(line)
        if isinstance(entry, dict) and isinstance(entry.get("record"), dict):
            records.append(entry["record"])
        elif isinstance(entry, dict) and isinstance(entry.get("checkpoint"), dict):
            checkpoints.append(Checkpoint.model_validate(entry["checkpoint"]))
        else:
            raise ValueError(f"line {number} is neither a record nor a checkpoint")
    walk = ChainWalk()
    believed = checkpoints if keys is not None else []
    if believed and (fault := first_fault(believed[0].tenant_id, believed, keys or {})):
        walk.fail(*fault)
    hashes = {each.seq: each.hash for each in believed}
    for record in records:
        if not walk.step(record, hashes.get(walk.seq + 1)):
            break
    return walk.end(None, believed)


def main(arguments: list[str]) -> int:
    """Verify the file that the arguments name; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m shared_layer.governance.verify")
    parser.add_argument("export", type=Path, help="the file of GET /api/v1/audit-events:export")
    parser.add_argument("--public-key", type=Path, help="the public key in PEM that checkpoints are signed with")
    options = parser.parse_args(arguments)
    try:
        keys = read_public_keys(options.public_key.read_bytes()) if options.public_key else None
        verdict = verify_export(options.export.read_bytes().splitlines(), keys)
    except (OSError, ValueError, ValidationError) as error:
        print(f"{options.export} cannot be verified: {error}", file=sys.stderr)
        return 2
    signed = f"{verdict.checkpoints} signed checkpoints" if keys is not None else "signatures not verified"
    if verdict.intact:
        print(f"intact: {verdict.records} records, {signed}, last hash {verdict.last_hash}")
        return 0
    print(f"BROKEN at {verdict.first_bad_seq}: {verdict.reason}")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
