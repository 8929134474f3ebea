"""The options of `./deploy.sh local`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the platform is started with. `port` 0 takes any free one; `data` is absolute."""

    port: int = 8080
    data: Path = ROOT / ".local"
    fresh: bool = False
    demo: bool = True
    unlimited: bool = False
    verbose: bool = False
    deliveries: int = 1


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; argparse explains what is wrong and exits with code 2."""
    parser = argparse.ArgumentParser(
        prog="./deploy.sh local", description="Run the whole platform on this machine. Ctrl-C stops it."
    )
    parser.add_argument("--port", type=_port, default=8080, help="the gateway's port (default 8080; 0: any free one)")
    parser.add_argument("--data", type=Path, default=ROOT / ".local", metavar="DIR", help="where everything is kept")
    parser.add_argument("--fresh", action="store_true", help="delete the data folder's content first")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="create no demo tenant")
    parser.add_argument("--unlimited", action="store_true", help="a demo tenant without rate limits, for load tests")
    parser.add_argument("--verbose", action="store_true", help="show the logs of the functions and the local cloud")
    parser.add_argument(
        "--deliveries", type=_times, default=1, metavar="N",
        help="send each event N times, in an order of chance: what at-least-once allows (default 1)",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    return Options(**{**vars(given), "data": given.data.absolute()})


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65_531:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 1 to 65531, or 0 for any free one")


def _times(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 9:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 9")
