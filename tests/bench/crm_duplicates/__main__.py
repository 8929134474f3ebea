"""Pair F1 of the duplicate search, after clustering, without the national id.

./deploy.sh bench crm_duplicates FILE … [--truth COLUMN] [--column street=Address] [--made]

FILE is a CSV in FEBRL's columns (the true person in rec_id), or of companies with their true entity in a column.
Without a file, or with --made, sets are made: persons as FEBRL's generator makes them, and companies.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from shared_layer.crm.matching.deduplication import candidates, deduplicate
from tests.bench.crm_duplicates.companies import companies
from tests.bench.crm_duplicates.febrl import SETS, made
from tests.bench.crm_duplicates.truth import Labelled, labelled, read

HEAD = (
    f"{'file':28}{'records':>9}{'true pairs':>12}{'compared':>10}{'in blocks':>11}"
    f"{'precision':>11}{'recall':>9}{'F1':>9}{'s':>8}"
)


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--made", action="store_true", help="sets made here, too: as FEBRL 1 to 4, and companies")
    parser.add_argument("--truth")
    parser.add_argument("--column", action="append", default=[])
    parser.add_argument("--threshold", type=float, default=0.0)
    options = parser.parse_args()
    columns = dict(part.split("=", 1) for part in options.column)
    sets = [(path.name, read(path, columns, options.truth)) for path in options.files]
    if options.made or not options.files:
        sets += [(one.name, labelled(made(one), {}, None, one.name)) for one in SETS]
        sets += [(name, labelled(rows, {}, None, name)) for name, rows in companies().items()]
    print(HEAD)
    for name, known in sets:
        _report(name, known, options.threshold)


def _report(name: str, known: Labelled, threshold: float) -> None:
    started = time.perf_counter()
    done = deduplicate(known.records, threshold)
    seconds = time.perf_counter() - started
    found, true = done.pairs(), known.truth
    hits = len(found & true)
    precision, recall = hits / max(1, len(found)), hits / max(1, len(true))
    f1 = 2 * hits / max(1, len(found) + len(true))
    blocked = len(candidates(known.records) & true) / max(1, len(true))
    print(
        f"{name:28}{len(known.records):9}{len(true):12}{done.compared:10}{blocked:11.4f}"
        f"{precision:11.4f}{recall:9.4f}{f1:9.4f}{seconds:8.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
