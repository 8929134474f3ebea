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
from infra.deploy.google import Google
from infra.deploy.plan import Plan
from infra.deploy.secrets import ensure_versions
from infra.deploy.services import Deployed
from infra.deploy.status import standings
from infra.deploy.traffic import Rollout
from infra.deploy.upkeep import Upkeep, surroundings

FOUNDATION: Final = ("google_project_service.used", "google_secret_manager_secret.mounted")
"""What must be there before secrets can have values, and so before any function can start."""

BEFORE_TERRAFORM: Final = tuple(
    f"{name}.googleapis.com" for name in ("cloudresourcemanager", "iam", "serviceusage", "storage")
)
"""Services that Terraform cannot do without, and so cannot turn on."""


@dataclass(slots=True)
class Session:
    """What the commands work with."""

    deployment: Deployment
    gcloud: Gcloud
    google: Google
    ask: Callable[[str], str] = input

    def rollout(self, steps: Sequence[int], pause: float) -> Rollout:
        """A rollout in these steps."""
        google, deployment = self.google, self.deployment
        return Rollout(google.services(), google.measured(), deployment.screen, steps, pause, sleep=deployment.sleep)

    def upkeep(self) -> Upkeep:
        """What is looked after beside the functions, as the manifest and the stage's outputs have it."""
        agent = str(self.deployment.terraform.outputs().get("pubsub_agent", ""))
        wanted = surroundings(self.deployment.document, agent)
        return Upkeep(self.google, wanted, self.deployment.screen, self.deployment.sleep)


def plan(session: Session, options: argparse.Namespace) -> int:  # noqa: ARG001 (every command takes its options)
    """Show what `up` would change."""
    session.deployment.prepare()
    _show(session, session.deployment.plan())
    return 0


def up(session: Session, options: argparse.Namespace) -> int:
    """Bring the stage to what is here: infrastructure, functions, gateway; then traffic, in steps."""
    deployment, screen = session.deployment, session.deployment.screen
    prepare_project(session)
    deployment.prepare()
    foundation = deployment.plan(*FOUNDATION)
    if foundation.changes:
        deployment.apply(foundation)
    made = ensure_versions(session.google.secrets(), _secrets(session))
    for name in made:
        screen.done(name, "made; its value is in Secret Manager alone")
    planned = deployment.plan()
    _show(session, planned)
    if planned.losses and not options.yes:
        _confirm(session, "Go on, although that is lost?")
    if planned.changes:
        changed = deployment.apply(planned)
        screen.say(f"{changed} resources changed.")
    upkeep = session.upkeep()
    upkeep.mend()
    waiting = [found for found in session.google.services().all().values() if not found.settled]
    failed = session.rollout(options.steps, options.pause).run(waiting) if waiting else {}
    kept = upkeep.tidy()
    return _finish(session, failed, kept)


def status(session: Session, options: argparse.Namespace) -> int:  # noqa: ARG001
    """Show each function, and what is not as it is here; exit code 1 where there is any."""
    session.deployment.prepare()
    return _finish(session, {}, always=True)


def canary(session: Session, options: argparse.Namespace) -> int:
    """Move one function's traffic to its newest revision, in steps."""
    found = session.google.services().get(options.name.replace("_", "-"))
    if found.settled:
        session.deployment.screen.say(f"{found.name}: {found.newest} has all traffic already.")
        return 0
    failed = session.rollout(options.steps, options.pause).run([found])
    return 1 if failed else 0


def rollback(session: Session, options: argparse.Namespace) -> int:
    """Give all traffic back to the revision before the one that has it: of the functions named, or of all."""
    services, screen = session.google.services(), session.deployment.screen
    deployed = services.all()
    names = [name.replace("_", "-") for name in options.names] or sorted(deployed)
    if unknown := [name for name in names if name not in deployed]:
        raise DeployError(f"These are not deployed: {', '.join(unknown)}. `./deploy.sh status` lists what is.")
    stuck = []
    with session.google.schedules().standing_still(names):
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
    session.google.schedules().pause(deployment.document["manifest"]["jobs"])
    deployment.terraform.destroy()
    applied = deployment.terraform.apply(deployment.parallelism, lambda address, _: deployment.screen.working(address))
    if applied.failures:
        raise Partial(
            f"{applied.done} resources are gone, these are not. Run the same command again:", applied.failures
        )
    deployment.screen.say(f"{applied.done} resources are gone.")
    if deployment.stage.is_passing:
        session.google.state_bucket().delete()
        deployment.screen.say(f"So is {deployment.stage.state_bucket}: nothing is left of {deployment.stage.name}.")
    return 0


COMMANDS: Final[dict[str, Callable[[Session, argparse.Namespace], int]]] = {
    "plan": plan,
    "up": up,
    "status": status,
    "canary": canary,
    "rollback": rollback,
    "destroy": destroy,
}


def prepare_project(session: Session) -> None:
    """What comes before Terraform, once: the services that it speaks with, and the bucket of its state."""
    bucket = session.google.state_bucket()
    if bucket.exists():
        return
    session.gcloud.run("services", "enable", *BEFORE_TERRAFORM)
    bucket.make()
    session.deployment.screen.done(session.deployment.stage.state_bucket, "made for Terraform's state")


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


def _finish(session: Session, failed: dict[str, str], kept: tuple[str, ...] = (), *, always: bool = False) -> int:
    """Ask Google once more how everything stands: only then is it called done. Raises Partial otherwise."""
    deployed: dict[str, Deployed] = session.google.services().all()
    found = standings(session.deployment.archives, deployed)
    wrong = [one for one in found if one.wrong]
    beside = (*session.upkeep().wrong(), *kept)
    screen = session.deployment.screen
    if always:
        for one in found:
            (screen.failed if one.wrong else screen.done)(one.name, one.wrong or one.traffic)
    if wrong or beside:
        lines = (*(f"{one.name}: {failed.get(one.name, one.wrong)}" for one in wrong), *beside)
        sentence = f"Partial: {len(found) - len(wrong)} of {len(found)} functions are as wanted, this is not:"
        raise Partial(sentence, lines)
    gateway = session.deployment.terraform.outputs().get("gateway", "")
    screen.say(f"All {len(found)} functions are as they are here. The API answers at {gateway}.")
    return 0
