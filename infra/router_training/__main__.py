"""Train the packaged router anew and say what changed.

python -m infra.router_training [--data ../shared/data/routing] [--output shared_layer/ai/router/weights.bin] [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from infra.router_training.labelled import mmlu
from shared_layer.ai.router.learning import ABROAD, learn
from shared_layer.ai.router.model import PACKAGED


def main(arguments: list[str] | None = None) -> int:
    """Write the weights, or with --check compare them; 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m infra.router_training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/routing"), help="the folder with mmlu/")
    parser.add_argument("--output", type=Path, default=PACKAGED, help="the file of weights")
    parser.add_argument("--check", action="store_true", help="write nothing: is the file what this data gives?")
    options = parser.parse_args(arguments)
    outcomes = [labelled.outcome for labelled in mmlu(options.data)]
    if not outcomes:
        parser.error(f"{options.data} holds no mmlu/mmlu_*.csv")
    file = learn(outcomes, ABROAD).packed()
    known = options.output.read_bytes() if options.output.exists() else b""
    verdict = "unchanged" if file == known else "differs" if options.check else "written"
    if not options.check:
        options.output.write_bytes(file)
    print(f"{len(outcomes)} outcomes, {len(file)} bytes, sha256 {hashlib.sha256(file).hexdigest()}: {verdict}")
    return 1 if options.check and file != known else 0


if __name__ == "__main__":
    sys.exit(main())
