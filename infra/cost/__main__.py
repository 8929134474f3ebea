"""`./deploy.sh cost --rps 20`: the bill per million API calls and a month, with the formula of each line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from infra.cost.bill import bill
from infra.cost.workload import WRITES_SHARE, loads
from infra.local.options import ROOT
from infra.manifest.collect import collect

MONTH: Final = 30 * 86_400


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the bill."""
    parser = argparse.ArgumentParser(prog="./deploy.sh cost", description=__doc__)
    parser.add_argument("--rps", type=_rate, default=20.0, help="API calls a second (20)")
    rps = parser.parse_args(arguments).rps
    found = loads(collect(ROOT), rps)
    lines = bill(found)
    print(f"{len(found)} functions, {rps:g} API calls a second, {WRITES_SHARE:.0%} of them changing something\n")
    print(f"{'':14}{'$ per million':>14}{'$ a month':>12}  how")
    for line in lines:
        print(f"{line.service:14}{line.dollars / rps * 1e6:14.2f}{line.dollars * MONTH:12.2f}  {line.formula}")
    total = sum(line.dollars for line in lines)
    print(f"{'in all':14}{total / rps * 1e6:14.2f}{total * MONTH:12.2f}")
    print(
        "\nList prices of us-central1 without free tiers. Beside it, whatever the load: Memorystore (STANDARD_HA, 1 GB)"
    )
    print("about $50 a month, warm instances, storage, and the AI providers' own bills. Formulas: infra/cost.")
    return 0


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no rate; give calls a second, such as 20")
    return rate


if __name__ == "__main__":
    sys.exit(main())
