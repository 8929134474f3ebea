"""One deployment of one stage: the steps that the commands are made of, in their order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from infra.deploy.build import Archive, build
from infra.deploy.errors import DeployError, Partial
from infra.deploy.inputs import write_inputs
from infra.deploy.plan import FUNCTION, Plan, read_plan
from infra.deploy.screen import Screen
from infra.deploy.stage import ROOT, Stage
from infra.deploy.terraform import Applied, Terraform
from infra.manifest.collect import collect
from infra.manifest.model import Manifest
from infra.manifest.terraform import terraform_document
from infra.package import ledger

ATTEMPTS: Final = 6
QUOTA_SECONDS: Final = 65.0
"""Google's quotas of builds and changes are by the minute."""


@dataclass(slots=True)
class Deployment:
    """`parallelism` is how many resources are changed at a time: the pace that Google's quotas allow.

    `archives` and `document` (what Terraform is told) are there once it is prepared.
    """

    stage: Stage
    terraform: Terraform
    screen: Screen
    parallelism: int = 10
    sleep: Callable[[float], None] = time.sleep
    manifest: Manifest = field(default_factory=lambda: collect(ROOT))
    archives: Mapping[str, Archive] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)

    def prepare(self) -> None:
        """Pack the functions and write what Terraform is told. Raises DeployError where a file cannot be read."""
        if broken := self.manifest.broken:
            raise DeployError("\n".join(f"{found.file}: {found.reason}" for found in broken))
        self.archives = build(self.manifest, self.stage.folder / "archives", self.screen.working)
        self.document = self.document or terraform_document(self.manifest)
        write_inputs(self.stage, self.document, self.archives)
        self.terraform.init()

    def plan(self, *only: str) -> Plan:
        """What applying would change."""
        self.screen.working("planning …")
        shown = self.terraform.plan(*(f"-target={address}" for address in only))
        return read_plan(shown, self._reasons())

    def apply(self, plan: Plan) -> int:
        """Apply, waiting where Google's quotas say so and going on from there; answers how many resources were changed.

        Raises Partial, a line for each resource that was not, where anything else stood in the way.
        """
        done = 0
        for attempt in range(1, ATTEMPTS + 1):
            applied = self._apply_once(len(plan.changes) or 1)
            done += applied.done
            if not applied.failures:
                self._remember()
                return done
            if not applied.too_fast or attempt == ATTEMPTS:
                sentence = (
                    f"{done} resources were changed, {len(applied.failures)} were not. Correct this and run again:"
                )
                raise Partial(sentence, applied.failures)
            self.screen.say(
                f"Google asks for patience ({len(applied.failures)} calls came too soon): going on in a minute."
            )
            self.sleep(QUOTA_SECONDS)
            plan = self.plan()
        raise AssertionError("unreachable")

    def _apply_once(self, wanted: int) -> Applied:
        done = 0

        def told(address: str, seconds: float) -> None:
            nonlocal done
            done += 1
            if address.startswith(FUNCTION + "."):
                name = address.partition('["')[2].rstrip('"]')
                self.screen.done(name, f"built and deployed in {seconds:.0f} s" if seconds >= 1 else "deployed")
            self.screen.working(f"{done} of {wanted} changed")

        return self.terraform.apply(self.parallelism, told)

    def _ledger(self) -> Any:
        return self.stage.folder / "ledger.json"

    def _reasons(self) -> dict[str, tuple[str, ...]]:
        """Why functions are not what this machine deployed last, by name."""
        former = ledger.read(self._ledger())
        return {
            name: tuple(ledger.why_changed(former[name], made.record))
            for name, made in self.archives.items()
            if name in former
        }

    def _remember(self) -> None:
        ledger.write(self._ledger(), {name: made.record for name, made in self.archives.items()})
