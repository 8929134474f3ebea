"""`./deploy.sh package [NAME]`: make the archives, and say of each how big it is, what it brings and why it changed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from infra.manifest.collect import collect
from infra.package import ledger
from infra.package.archive import package

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
    former = ledger.read(options.out / "ledger.json")
    now = dict(former)
    print(f"{'FUNCTION':28}{'KIB':>7}{'FILES':>7}{'DISTRIBUTIONS':>15}  WHY IT CHANGED")
    for declaration in chosen:
        made = package(ROOT, declaration)
        archive = made.zipped()
        now[made.name] = ledger.describe(made)
        target = options.out / f"{declaration.slug}-{made.digest[:16]}.zip"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive)
        reasons = ledger.why_changed(former.get(made.name), now[made.name])
        more = f" (+{len(reasons) - SHOWN_REASONS} more)" if len(reasons) > SHOWN_REASONS else ""
        told = "; ".join(reasons[:SHOWN_REASONS]) + more or "unchanged"
        print(f"{made.name:28}{len(archive) / 1024:7.1f}{len(made.contents):7}{len(made.distributions):15}  {told}")
    ledger.write(options.out / "ledger.json", now)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./deploy.sh package", description=__doc__)
    parser.add_argument("name", nargs="?", help="one function; all where it is left out")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the archives go (dist/)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
