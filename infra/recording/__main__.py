"""`./deploy.sh record` and `./deploy.sh replay`: a platform's events, played again to the handlers of a local one.

Exit code 0: done; 1: not everything was published; 2: it could not be begun.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from infra.demo.api import Api
from infra.demo.place import place_of
from infra.local.options import ROOT
from infra.local.refusal import Refusal
from infra.local.screen import refuse, say, styled
from infra.recording.player import AT_ONCE, Played, adopted, commit, read_recording, waiting
from infra.recording.recorder import events_of, write_recording

PATIENCE: Final = 60.0
_SPAN: Final = re.compile(r"(\d+)([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def main(arguments: Sequence[str] | None = None) -> int:
    """One of the two commands; answers the exit code."""
    options = _options(arguments)
    try:
        return record(options) if options.command == "record" else replay(options)
    except Refusal as refusal:
        return refuse(refusal)
    except KeyboardInterrupt:
        return 130


def record(options: argparse.Namespace) -> int:
    """Read a tenant's events into a file."""
    key = options.key or os.environ.get("XYNERGY_API_KEY", "")
    gateway = options.gateway
    if not gateway:
        place = place_of(options.data.absolute())
        gateway, key = place.gateway, key or place.api_key
    if not key:
        raise Refusal("Whose events? Give an API key with the scope analytics:read as --key or in XYNERGY_API_KEY.")
    with Api(gateway.rstrip("/"), key) as api:
        count = write_recording(
            events_of(api, since_of(options.since), tuple(options.types), options.limit), options.file
        )
    say(f"{count} events are in {options.file}.")
    say(styled("They name your customers: the file is readable by you alone, keep it so.", "dim"))
    return 0


def replay(options: argparse.Namespace) -> int:
    """Commit a file's events to the demo tenant's outbox, and see them published."""
    place_of(options.data.absolute())
    local = json.loads((options.data / "local.json").read_text(encoding="utf-8"))
    os.environ.update(local["environment"])
    tenant_id = options.tenant or local["tenant_id"]
    from google.cloud.firestore import Client

    client = Client(project=local["environment"]["GOOGLE_CLOUD_PROJECT"])
    done = Played()
    recording = read_recording(options.file)
    while events := list(islice(recording, AT_ONCE)):
        now = commit([adopted(event, tenant_id, options.again) for event in events], client)
        done.new, done.known = done.new + now.new, done.known + now.known
    known = f" ({done.known} were known: --again plays them under new ids)" if done.known else ""
    say(f"{done.new} events are committed to tenant {tenant_id}{known}.")
    end = time.monotonic() + PATIENCE
    while (left := waiting(tenant_id, client)) and time.monotonic() < end:
        time.sleep(0.2)
    if left:
        say(styled(f"{left} are not published after {PATIENCE:.0f} s: see {options.data}/logs.", "red"))
        return 1
    say(f"All are published. What a handler gives up on: {local['gateway']}/api/v1/dead-letters")
    return 0


def since_of(text: str) -> str:
    """A span such as 30m, 24h or 7d before now, or an ISO 8601 time, as such a time. Raises Refusal."""
    if span := _SPAN.fullmatch(text):
        return (datetime.now(UTC) - timedelta(**{_UNITS[span[2]]: int(span[1])})).isoformat()
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except ValueError:
        raise Refusal(f"--since {text!r} is no time: give 30m, 24h, 7d, or 2026-11-28T09:00Z.") from None


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./deploy.sh", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="read a tenant's events into a file")
    recording.add_argument("file", type=Path)
    recording.add_argument(
        "--gateway", default="", metavar="URL", help="the platform's address (default: the local one)"
    )
    recording.add_argument("--key", default="", help="an API key; better in XYNERGY_API_KEY, which no history keeps")
    recording.add_argument("--since", default="24h", metavar="TIME", help="30m, 24h, 7d or an ISO 8601 time (24h)")
    recording.add_argument("--types", nargs="*", default=[], metavar="TYPE", help="these event types alone")
    recording.add_argument("--limit", type=int, default=10_000, help="the newest so many (10000)")
    playing = commands.add_parser("replay", help="play a file's events to the local platform")
    playing.add_argument("file", type=Path)
    playing.add_argument("--again", action="store_true", help="under new ids, so that handlers take them once more")
    playing.add_argument("--tenant", default="", metavar="ID", help="whose they become (default: the demo tenant)")
    for command in (recording, playing):
        command.add_argument(
            "--data", type=Path, default=ROOT / ".local", metavar="DIR", help="the local platform's folder"
        )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
