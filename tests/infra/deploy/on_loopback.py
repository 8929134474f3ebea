"""`./deploy.sh plan|up` of a pipeline's workspace: the real commands, with a handful of functions, on the loopback."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.deploy import build, health
from infra.deploy.__main__ import main
from infra.deploy.commands import Session
from infra.deploy.deployment import Deployment
from infra.deploy.gcloud import Gcloud
from infra.deploy.screen import Screen
from infra.deploy.stage import ROOT, Stage
from infra.deploy.terraform import Terraform
from infra.manifest.collect import collect
from infra.manifest.model import Manifest
from infra.package.archive import Package
from tests.infra.deploy.google_cloud.cloud import Clients
from tests.infra.terraform.workspace import Bucket


def few(*names: str) -> Manifest:
    """The manifest with some of its functions."""
    found = collect(ROOT)
    return Manifest(tuple(one for one in found.declarations if one.name in names), (), found.root)


def edit(name: str, file: str) -> None:
    """From now on one function's archive is packed with another line in its file."""
    packed = build._packed

    def other(manifest: Manifest, declaration: Any) -> Package:
        made = packed(manifest, declaration)
        if declaration.name != name:
            return made
        return Package(made.name, {**made.contents, file: made.contents[file] + b"# more\n"}, made.distributions)

    build._packed = other


def run(settings: Mapping[str, Any], arguments: list[str]) -> int:
    """One command, as the file of settings has it."""

    def opened(where: Stage, parallelism: int) -> Session:
        own = Stage(where.name, where.project, where.region, where.settings, Path(settings["folder"]))
        buckets = Bucket(settings["url"])
        environment = {**settings["environment"], **buckets.environment, "PATH": os.environ["PATH"]}
        terraform = Terraform(own, Path(settings["configuration"]), environment)
        manifest = few(*settings["functions"])
        deployment = Deployment(own, terraform, Screen(), parallelism, sleep=lambda _: None, manifest=manifest)
        google: Any = Clients(own, buckets, settings["port"])
        return Session(deployment, Gcloud(own.project, {}), google)

    health._is_service, health._token_of_a_person = (lambda: False), (lambda: "")  # nobody is signed in
    for name, file in settings["edited"].items():
        edit(name, file)
    return main(arguments, opened)


if __name__ == "__main__":
    sys.exit(run(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2:]))
