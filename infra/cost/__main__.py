"""`./deploy.sh cost --rps 20`: the bill per million API calls and a month, with the formula of each line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from infra.cost import prices
from infra.cost.bill import bill
from infra.cost.workload import WRITES_SHARE, loads
from infra.local.options import ROOT
from infra.manifest.collect import collect

MONTH: Final = 30 * 86_400


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the bill."""
    parser = argparse.ArgumentParser(prog="./deploy.sh cost", description=__doc__)
    parser.add_argument("--rps", type=_rate, default=20.0, help="API calls a second (20)")
    parser.add_argument("--firestore", choices=sorted(prices.FIRESTORE), default="nam5", help="where it is (nam5)")
    parser.add_argument("--redis", choices=sorted(prices.REDIS_GIB_HOUR), default="STANDARD_HA", help="its tier")
    options = parser.parse_args(arguments)
    rps = options.rps
    found = loads(collect(ROOT), rps)
    lines = bill(found, options.firestore)
    print(f"{len(found)} functions, {rps:g} API calls a second, {WRITES_SHARE:.0%} of them changing something\n")
    print(f"{'':14}{'$ per million':>14}{'$ a month':>12}  how")
    for line in lines:
        print(f"{line.service:14}{line.dollars / rps * 1e6:14.2f}{line.dollars * MONTH:12.2f}  {line.formula}")
    total = sum(line.dollars for line in lines)
    print(f"{'in all':14}{total / rps * 1e6:14.2f}{total * MONTH:12.2f}")
    redis = prices.REDIS_GIB_HOUR[options.redis]
    month = redis * MONTH / 3600
    print(
        f"\nBeside it, whatever the load: Memorystore, ${month:.2f} a month (1 GiB, {options.redis}, ${redis} an hour),"
    )
    print(
        "warm instances, storage, and the AI providers' own bills. List prices of us-central1 without free tiers, from"
    )
    print("infra/cost/prices.py; how often and how long each function runs: infra/cost/workload.py.")
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
