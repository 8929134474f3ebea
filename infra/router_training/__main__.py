"""Train the packaged router anew and say what changed.

python -m infra.router_training [--data ../shared/data/routing] [--output shared_layer/ai/router/weights.bin] [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from infra.router_training.labelled import mmlu
from shared_layer.ai.router.evidence import PACKAGED as EVIDENCE
from shared_layer.ai.router.evidence import packaged_file
from shared_layer.ai.router.learning import learn_scored
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
    learned = learn_scored(outcomes)
    files = {
        options.output: learned.router.packed(),
        options.output.with_name(EVIDENCE.name): packaged_file(learned.router, learned.scored),
    }
    differs = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    for path, content in files.items():
        verdict = "unchanged" if path not in differs else "differs" if options.check else "written"
        if not options.check:
            path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        print(f"{path.name}: {len(outcomes)} outcomes, {len(content)} bytes, sha256 {digest}: {verdict}")
    return 1 if options.check and differs else 0


if __name__ == "__main__":
    sys.exit(main())
