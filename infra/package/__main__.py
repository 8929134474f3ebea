"""`./deploy.sh package [NAME]`: make the archives, and say of each how big it is, what it brings and why it changed.

A function that is named is also started: its cold start is told as a multiple of the bare framework's, and a start
beyond the budget fails. `--cold-start` does so for all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.manifest.collect import collect
from infra.package import ledger
from infra.package.archive import Package, package
from infra.package.cold_start import BUDGET, FIRESTORE_BUDGET, ColdStart, Scale
from infra.package.distributions import SERVER, closure

ROOT = Path(__file__).parents[2]
SHOWN_REASONS = 3


def main() -> int:
    """Package every function, or the one named; answers the exit code."""
    options = _options()
    manifest = collect(ROOT)
    for broken in manifest.broken:
        print(f"{broken.file}: {broken.reason}", file=sys.stderr)
    chosen = [d for d in manifest.declarations if not options.name or d.name == options.name.replace("-", "_")]
    if not chosen:
        print(f"There is no function {options.name!r}; `python -m infra.manifest list` shows them.", file=sys.stderr)
    if manifest.broken or not chosen:
        return 2
    remembered = options.out / "ledger.json"
    former = ledger.read(options.against or remembered)
    now = ledger.read(remembered)
    print(f"{'FUNCTION':36}{'KIB':>7}{'FILES':>7}{'DISTRIBUTIONS':>15}  WHY IT CHANGED")
    made = []
    for declaration in chosen:
        made.append(package(ROOT, declaration))
        now[made[-1].name] = ledger.describe(made[-1])
        size = _write(made[-1], options.out)
        _tell(made[-1], size, former.get(made[-1].name), now[made[-1].name])
    ledger.write(remembered, now)
    if options.name:
        own = sorted(set(made[0].distributions) - closure(SERVER))
        print(f"\nbeside the framework's own: {', '.join(own)}")
    return _weigh(made, thoroughly=bool(options.name)) if options.name or options.cold_start else 0


def _write(made: Package, out: Path) -> int:
    """Write the archive under a name that holds its digest; answers its size in bytes."""
    archive = made.zipped()
    target = out / f"{made.name.replace('_', '-')}-{made.digest[:16]}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(archive)
    return len(archive)


def _tell(made: Package, size: int, former: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    reasons = ledger.why_changed(former, now)
    more = f" (+{len(reasons) - SHOWN_REASONS} more)" if len(reasons) > SHOWN_REASONS else ""
    told = "; ".join(reasons[:SHOWN_REASONS]) + more or "unchanged"
    print(f"{made.name:36}{size / 1024:7.1f}{len(made.contents):7}{len(made.distributions):15}  {told}")


def _weigh(made: Sequence[Package], *, thoroughly: bool) -> int:
    """Start each, several times or until it is known to be within its budget; answers 1 where one is beyond it."""
    print(f"\n{'COLD START, CPU-ms':36}{'BARE':>7}{'START':>7}{'x':>6}{'FIRESTORE':>11}{'x':>6}  BUDGET")
    failed = False
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".cold-start-") as folder:
        scale = Scale(Path(folder) / "scale")
        for each in made:
            start = scale.weigh(each) if thoroughly else scale.hold(each)
            failed |= not start.within_budget
            _tell_start(each.name, start)
    return 1 if failed else 0


def _tell_start(name: str, start: ColdStart) -> None:
    verdict = "kept" if start.within_budget else f"exceeded: {BUDGET} and {FIRESTORE_BUDGET} x are allowed"
    client = f"{start.firestore:11.0f}{start.firestore_ratio:6.2f}" if start.firestore else f"{'-':>11}{'-':>6}"
    print(f"{name:36}{start.bare:7.0f}{start.plain:7.0f}{start.ratio:6.2f}{client}  {verdict}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./deploy.sh package", description=__doc__)
    parser.add_argument("name", nargs="?", help="one function; all where it is left out")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the archives go (dist/)")
    parser.add_argument("--against", type=Path, help="a deployment's ledger to compare with (the last packaging's)")
    parser.add_argument("--cold-start", action="store_true", help="start every one and hold it to its budget")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
