"""The commands of ./deploy.sh that speak with Google Cloud. Each answers an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from infra.deploy.deployment import Deployment
from infra.deploy.errors import DeployError, Partial
from infra.deploy.gcloud import Gcloud
from infra.deploy.health import Measured
from infra.deploy.plan import Plan
from infra.deploy.secrets import ensure_versions
from infra.deploy.services import Deployed, Services
from infra.deploy.status import standings
from infra.deploy.traffic import Rollout

FOUNDATION: Final = ("google_project_service.used", "google_secret_manager_secret.mounted")
"""What must be there before secrets can have values, and so before any function can start."""


@dataclass(slots=True)
class Session:
    """What the commands work with; services and figures are made when they are needed, since that takes an account."""

    deployment: Deployment
    gcloud: Gcloud
    services: Callable[[], Services]
    measured: Callable[[], Measured]
    ask: Callable[[str], str] = input

    def rollout(self, steps: Sequence[int], pause: float) -> Rollout:
        """A rollout in these steps."""
        return Rollout(
            self.services(), self.measured(), self.deployment.screen, steps, pause, sleep=self.deployment.sleep
        )


def plan(session: Session, options: argparse.Namespace) -> int:  # noqa: ARG001 (every command takes its options)
    """Show what `up` would change."""
    session.deployment.prepare()
    _show(session, session.deployment.plan())
    return 0


def up(session: Session, options: argparse.Namespace) -> int:
    """Bring the stage to what is here: infrastructure, functions, gateway; then traffic, in steps."""
    deployment, screen = session.deployment, session.deployment.screen
    _prepare_project(session)
    deployment.prepare()
    foundation = deployment.plan(*FOUNDATION)
    if foundation.changes:
        deployment.apply(foundation)
    made = ensure_versions(session.gcloud, _secrets(session))
    for name in made:
        screen.done(name, "made; its value is in Secret Manager alone")
    planned = deployment.plan()
    _show(session, planned)
    if planned.losses and not options.yes:
        _confirm(session, "Go on, although that is lost?")
    if planned.changes:
        changed = deployment.apply(planned)
        screen.say(f"{changed} resources changed.")
    waiting = [found for found in session.services().all().values() if not found.settled]
    failed = session.rollout(options.steps, options.pause).run(waiting) if waiting else {}
    return _finish(session, failed)


def status(session: Session, options: argparse.Namespace) -> int:  # noqa: ARG001
    """Show each function that is not as it is here; exit code 1 where there is any."""
    session.deployment.prepare()
    return _finish(session, {}, always=True)


def canary(session: Session, options: argparse.Namespace) -> int:
    """Move one function's traffic to its newest revision, in steps."""
    found = session.services().get(options.name.replace("_", "-"))
    if found.settled:
        session.deployment.screen.say(f"{found.name}: {found.newest} has all traffic already.")
        return 0
    failed = session.rollout(options.steps, options.pause).run([found])
    return 1 if failed else 0


def rollback(session: Session, options: argparse.Namespace) -> int:
    """Give all traffic back to the revision before the one that has it: of the functions named, or of all."""
    services, screen = session.services(), session.deployment.screen
    deployed = services.all()
    names = [name.replace("_", "-") for name in options.names] or sorted(deployed)
    if unknown := [name for name in names if name not in deployed]:
        raise DeployError(f"These are not deployed: {', '.join(unknown)}. `./deploy.sh status` lists what is.")
    stuck = []
    for name in names:
        former = services.former(deployed[name])
        if not former:
            stuck.append(f"{name}: there is no revision before {deployed[name].serving}")
            continue
        services.send(name, {former: 100})
        screen.done(name, f"{former} has all traffic again")
    if stuck:
        raise Partial(f"{len(names) - len(stuck)} of {len(names)} functions went back, these did not:", tuple(stuck))
    return 0


def destroy(session: Session, options: argparse.Namespace) -> int:
    """Delete everything in the stage. Production's documents stay: their database refuses."""
    deployment = session.deployment
    deployment.prepare()
    if not options.yes:
        _confirm(session, f"Everything in {deployment.stage.project} goes, data included.")
    deployment.terraform.destroy()
    applied = deployment.terraform.apply(deployment.parallelism, lambda address, _: deployment.screen.working(address))
    if applied.failures:
        raise Partial(
            f"{applied.done} resources are gone, these are not. Run the same command again:", applied.failures
        )
    deployment.screen.say(f"{applied.done} resources are gone.")
    return 0


COMMANDS: Final[dict[str, Callable[[Session, argparse.Namespace], int]]] = {
    "plan": plan,
    "up": up,
    "status": status,
    "canary": canary,
    "rollback": rollback,
    "destroy": destroy,
}


def _prepare_project(session: Session) -> None:
    """The bucket for Terraform's state, made once, versioned and closed."""
    bucket, gcloud = session.deployment.stage.state_bucket, session.gcloud
    if session.deployment.terraform.backend is not None or gcloud.succeeds(
        "storage", "buckets", "describe", f"gs://{bucket}"
    ):
        return
    gcloud.run("services", "enable", "storage.googleapis.com", "serviceusage.googleapis.com")
    closed = ("--uniform-bucket-level-access", "--public-access-prevention")
    gcloud.run(
        "storage", "buckets", "create", f"gs://{bucket}", f"--location={session.deployment.stage.region}", *closed
    )
    gcloud.run("storage", "buckets", "update", f"gs://{bucket}", "--versioning")
    session.deployment.screen.done(bucket, "made for Terraform's state")


def _secrets(session: Session) -> list[str]:
    return [str(name) for name in session.deployment.terraform.outputs().get("secrets", [])]


def _show(session: Session, planned: Plan) -> None:
    for line in planned.lines():
        session.deployment.screen.say(line)


def _confirm(session: Session, sentence: str) -> None:
    project = session.deployment.stage.project
    if not sys.stdin.isatty() and session.ask is input:
        raise DeployError(f"{sentence} Say so with --yes.")
    if session.ask(f"{sentence} Type {project} to go on: ").strip() != project:
        raise DeployError("Nothing was changed.")


def _finish(session: Session, failed: dict[str, str], *, always: bool = False) -> int:
    """Ask Google once more how everything stands: only then is it called done. Raises Partial otherwise."""
    deployed: dict[str, Deployed] = session.services().all()
    found = standings(session.deployment.archives, deployed)
    wrong = [one for one in found if one.wrong]
    screen = session.deployment.screen
    if always:
        for one in found:
            (screen.failed if one.wrong else screen.done)(one.name, one.wrong or one.traffic)
    if wrong:
        lines = tuple(f"{one.name}: {failed.get(one.name, one.wrong)}" for one in wrong)
        raise Partial(
            f"Partial: {len(found) - len(wrong)} of {len(found)} functions are as wanted, these are not:", lines
        )
    gateway = session.deployment.terraform.outputs().get("gateway", "")
    screen.say(f"All {len(found)} functions are as they are here. The API answers at {gateway}.")
    return 0
