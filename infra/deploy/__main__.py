"""`./deploy.sh plan|up|status|canary|rollback|destroy`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from infra.deploy.commands import COMMANDS, Session
from infra.deploy.deployment import Deployment
from infra.deploy.errors import DeployError
from infra.deploy.gcloud import Gcloud
from infra.deploy.google import Google
from infra.deploy.screen import Screen
from infra.deploy.stage import Stage, stage
from infra.deploy.terraform import Terraform


def main(arguments: Sequence[str] | None = None, opened: Callable[[Stage, int], Session] | None = None) -> int:
    """Run one command. Whatever goes wrong is one sentence, and an exit code that is not 0."""
    options = parse(arguments)
    try:
        where = stage(options.stage, options.project, options.region)
        return COMMANDS[options.command]((opened or session)(where, options.parallelism), options)
    except DeployError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again; it goes on from where it was.", file=sys.stderr)
        return 130


def session(where: Stage, parallelism: int) -> Session:
    """What the commands work with: this checkout, and the stage's project."""
    return Session(Deployment(where, Terraform(where), Screen(), parallelism), Gcloud(where.project), Google(where))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; argparse explains what is wrong and exits with code 2."""
    parser = argparse.ArgumentParser(prog="./deploy.sh", description="The platform in a Google Cloud project.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        made = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        made.add_argument("--stage", default="dev", help="dev (the default), prod, or pr-123")
        made.add_argument("--project", default="", help="the Google Cloud project (default: xynergy-STAGE)")
        made.add_argument("--region", default="us-central1", help="where everything runs")
        made.add_argument("--parallelism", type=int, default=10, help="changes at a time: below Google's quotas")
        if name in ("up", "canary"):
            made.add_argument(
                "--steps", type=_steps, default=(10, 50, 100), help="percent of traffic, such as 10,50,100"
            )
            made.add_argument("--pause", type=float, default=120.0, help="seconds between a step and the look at it")
        if name in ("up", "destroy"):
            made.add_argument("--yes", action="store_true", help="ask nothing")
        if name == "canary":
            made.add_argument("name", help="the function")
        if name == "rollback":
            made.add_argument("names", nargs="*", help="functions; all where none is named")
    return parser.parse_args(arguments)


def _steps(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    steps = tuple(int(part) for part in parts if part.isascii() and part.isdigit())
    if len(steps) != len(parts) or list(steps) != sorted(set(steps)) or steps[-1] != 100 or steps[0] < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no way up: give rising percents that end with 100, as 10,50,100")
    return steps


if __name__ == "__main__":
    sys.exit(main())
