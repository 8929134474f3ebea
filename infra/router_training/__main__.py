"""Train the packaged router anew and say what changed.

python -m infra.router_training [--data ../shared/data/routing] [--output shared_layer/ai/router/weights.bin] [--check]
                                [--meaning]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

from infra.router_training.labelled import ARTEFACT, Labelled, mmlu
from shared_layer.ai.router import evidence, model
from shared_layer.ai.router.features import features
from shared_layer.ai.router.learning import Learned, Recipe, learn_scored
from shared_layer.ai.router.meaning import meaning_of

EMBEDDED = 3_000
"""Outcomes that are embedded for the router which reads meanings: as many as that takes two minutes for."""


def main(arguments: list[str] | None = None) -> int:
    """Write the weights, or with --check compare them; 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m infra.router_training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/routing"), help="the folder with mmlu/")
    parser.add_argument("--output", type=Path, help="the file of weights")
    parser.add_argument("--check", action="store_true", help="write nothing: is the file what this data gives?")
    parser.add_argument("--meaning", action="store_true", help="train the router that reads embeddings, too")
    options = parser.parse_args(arguments)
    known = list(mmlu(options.data))
    Random(11).shuffle(known)  # noqa: S311  which ones are embedded, not a secret
    known = [labelled for labelled in known if labelled.group != ARTEFACT]
    if not known:
        parser.error(f"{options.data} holds no mmlu/mmlu_*.csv")
    learned = _with_meaning(known) if options.meaning else learn_scored([labelled.outcome for labelled in known])
    weights = options.output or (model.PACKAGED_MEANING if options.meaning else model.PACKAGED)
    beside = evidence.PACKAGED_MEANING if options.meaning else evidence.PACKAGED
    files = {
        weights: learned.router.packed(),
        weights.with_name(beside.name): evidence.packaged_file(learned.router, learned.scored),
    }
    return _written(files, len(known), options.check)


def _with_meaning(known: list[Labelled]) -> Learned:
    """A router of the outcomes but some, adapted to those by what their prompts mean besides."""
    base = learn_scored([one.outcome for one in known[EMBEDDED:]] or [one.outcome for one in known]).router
    outcomes = [replace(one.outcome, vector=features(one.prompt, meaning_of).vector) for one in known[:EMBEDDED]]
    return learn_scored(outcomes, Recipe(base=base.widened()))


def _written(files: dict[Path, bytes], outcomes: int, check: bool) -> int:
    differs = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    for path, content in files.items():
        verdict = "unchanged" if path not in differs else "differs" if check else "written"
        if not check:
            path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        print(f"{path.name}: {outcomes} outcomes, {len(content)} bytes, sha256 {digest}: {verdict}")
    return 1 if check and differs else 0


if __name__ == "__main__":
    sys.exit(main())
