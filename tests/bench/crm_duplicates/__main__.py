"""Pair F1 of the duplicate search, after clustering, without the national id.

./deploy.sh bench crm_duplicates FILE … [--truth COLUMN] [--column street=Address]

FILE is a CSV in FEBRL's columns (the true person in rec_id), or of companies with their true entity in a column.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from shared_layer.crm.matching.deduplication import candidates, deduplicate
from tests.bench.crm_duplicates.truth import read

HEAD = (
    f"{'file':28}{'records':>9}{'true pairs':>12}{'compared':>10}{'in blocks':>11}"
    f"{'precision':>11}{'recall':>9}{'F1':>9}{'s':>8}"
)


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--truth")
    parser.add_argument("--column", action="append", default=[])
    parser.add_argument("--threshold", type=float, default=0.0)
    options = parser.parse_args()
    print(HEAD)
    for path in options.files:
        labelled = read(path, dict(part.split("=", 1) for part in options.column), options.truth)
        started = time.perf_counter()
        done = deduplicate(labelled.records, options.threshold)
        seconds = time.perf_counter() - started
        found, true = done.pairs(), labelled.truth
        hits = len(found & true)
        precision, recall = hits / max(1, len(found)), hits / max(1, len(true))
        f1 = 2 * hits / max(1, len(found) + len(true))
        blocked = len(candidates(labelled.records) & true) / max(1, len(true))
        print(
            f"{path.name:28}{len(labelled.records):9}{len(true):12}{done.compared:10}{blocked:11.4f}"
            f"{precision:11.4f}{recall:9.4f}{f1:9.4f}{seconds:8.1f}"
        )


if __name__ == "__main__":
    main()
