"""Train the packaged signature model anew and say what changed.

python -m infra.signature_training [--data ../shared/data/email/signatures] [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import orjson

from infra.signature_training.annotated import annotated
from shared_layer.gmail.body.learning import learn
from shared_layer.gmail.body.model import PACKAGED


def main(arguments: list[str] | None = None) -> int:
    """Write the weights, or with --check compare them; 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m infra.signature_training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/email/signatures"), help="with N/ and P/")
    parser.add_argument("--output", type=Path, default=PACKAGED, help="the file of weights")
    parser.add_argument("--check", action="store_true", help="write nothing: is the file what this data gives?")
    options = parser.parse_args(arguments)
    mails = list(annotated(options.data))
    if not mails:
        parser.error(f"{options.data} holds no [NP]/*_body")
    file = orjson.dumps(learn(mails), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    same = options.output.exists() and options.output.read_bytes() == file
    if not options.check:
        options.output.write_bytes(file)
    print(
        f"{len(mails)} mails, {len(file)} bytes: {'unchanged' if same else 'differs' if options.check else 'written'}"
    )
    return 1 if options.check and not same else 0


if __name__ == "__main__":
    sys.exit(main())
