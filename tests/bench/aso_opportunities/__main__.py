"""Precision and recall of planted opportunities, and the error of the click curve, beside the usual constant rule.

./deploy.sh bench aso_opportunities [--sites 5]

Each kind of site is made so many times, each with another chance. Striking distance has no planted truth (every search
stands somewhere): of it the clicks promised are held against those of the true curve.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from tests.bench.aso_opportunities.finding import Found, curve_error, engine, usual, window, worth
from tests.bench.aso_opportunities.planting import KINDS, SHAPES, Site, made

HEAD = f"{'site':28}{'kind':18}{'planted':>9}{'precision':>11}{'recall':>8}{'usual: precision':>18}{'recall':>8}"


def main() -> None:
    """Print a table for each kind of site, and all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=5)
    options = parser.parse_args()
    print(HEAD)
    whole: Counter[str] = Counter()
    for shape in SHAPES:
        counts: Counter[str] = Counter()
        errors, promises, seconds = [], [], 0.0
        for seed in range(options.sites):
            site = made(shape, seed)
            started = time.perf_counter()
            seen = window(site)
            found = engine(site, seen)
            seconds += time.perf_counter() - started
            peer = usual(seen)
            counts += tallied(site, found, "engine") + tallied(site, peer, "usual")
            errors.append(curve_error(site, seen))
            promises.append((worth(site, seen, found), worth(site, seen, peer)))
        _report(shape.name, counts)
        own, other = (sum(error[side] for error in errors) / len(errors) for side in (0, 1))
        told, wrong = (sum(one[side] for one in promises) / len(promises) for side in (0, 1))
        print(
            f"{'':28}curve: mean error {own:.1%} (usual constant {other:.0%}); clicks promised {told:+.0%} of the true "
            f"curve's (usual {wrong:+.0%}); {seconds / options.sites * 1000:.0f} ms a site",
            flush=True,
        )
        whole += counts
    _report("all", whole)


def tallied(site: Site, found: Found, who: str) -> Counter[str]:
    """Planted, found and rightly found, by kind."""
    counts: Counter[str] = Counter()
    for kind in KINDS:
        truth, own = site.truth.get(kind, set()), set(found[kind]) - site.small.get(kind, set())
        counts[f"{kind} planted {who}"] = len(truth)
        counts[f"{kind} found {who}"] = len(own)
        counts[f"{kind} right {who}"] = len(own & truth)
    return counts


def _report(name: str, counts: Counter[str]) -> None:
    for kind in KINDS:
        planted = counts[f"{kind} planted engine"]
        if not planted:
            continue
        shown = []
        for who in ("engine", "usual"):
            right, all_found = counts[f"{kind} right {who}"], counts[f"{kind} found {who}"]
            shown += [right / max(1, all_found), right / planted]
        print(f"{name:28}{kind:18}{planted:>9}{shown[0]:>11.2f}{shown[1]:>8.2f}{shown[2]:>18.2f}{shown[3]:>8.2f}")


if __name__ == "__main__":
    main()
