"""`./deploy.sh demo`: play a company's day against a running platform, and tell what happened.

Exit code 0: everything came out as it should; 1: something did not; 2: there is no platform to play on.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from infra.demo.day import DAY, Day, read_day
from infra.demo.opening import opened
from infra.demo.own import own_platform
from infra.demo.place import Place, answering, place_of
from infra.demo.scenes import SCENES
from infra.demo.stand_in import StandIn
from infra.demo.story import Readable, Records, Story
from infra.local.options import ROOT
from infra.local.refusal import Refusal
from infra.local.screen import refuse, say


def main(arguments: Sequence[str] | None = None) -> int:
    """The whole demo; answers the exit code."""
    options = _options(arguments)
    story: Story = Records(say) if options.json else Readable(say)
    began = time.monotonic()
    try:
        day = _day(options.day)
        with ExitStack() as stack:
            provider = stack.enter_context(StandIn(day.provider.answer, day.provider.plan)) if options.own else None
            if provider is None:
                place = _place(options)
            else:
                if not options.json:
                    say("Starting a platform of the demo's own …")
                place = stack.enter_context(own_platform(provider))
            play(place, day, story, provider)
    except Refusal as refusal:
        return refuse(refusal)
    except KeyboardInterrupt:
        return 130
    story.end(time.monotonic() - began)
    return 1 if story.failures else 0


def play(place: Place, day: Day, story: Story, provider: StandIn | None) -> None:
    """Every scene; one that breaks off is told as a failure, and the next ones are played."""
    with opened(place, day, story, provider) as stage:
        for scene in SCENES:
            try:
                scene(stage)
            except Exception as error:  # noqa: BLE001 (whatever a scene meets is part of the story)
                story.step(f"The scene breaks off ({scene.__name__})", f"{type(error).__name__}: {error}", good=False)


def _place(options: argparse.Namespace) -> Place:
    if options.gateway:
        return answering(Place(options.gateway.rstrip("/"), options.key, options.operator_key))
    return place_of(options.data.absolute())


def _day(path: Path) -> Day:
    try:
        return read_day(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(f"{path} is no day's script: {type(error).__name__}: {error}") from None


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./deploy.sh demo", description="Play a company's day against a running platform, through its public API."
    )
    parser.add_argument("--data", type=Path, default=ROOT / ".local", metavar="DIR", help="the platform's data folder")
    parser.add_argument("--gateway", default="", metavar="URL", help="a platform elsewhere; with its keys:")
    parser.add_argument("--key", default="", help="a tenant's API key; the company then is that tenant")
    parser.add_argument("--operator-key", default="", help="the operator's key; the demo takes in a company of its own")
    parser.add_argument(
        "--own", action="store_true", help="start a platform for the demo, with an AI provider that can be switched off"
    )
    parser.add_argument("--day", type=Path, default=DAY, metavar="FILE", help="another day's script")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for machines")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
