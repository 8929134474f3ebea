"""The programs that the platform consists of, and how each is started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from infra.local.child import Program
from infra.local.folder import DataFolder
from infra.local.options import ROOT
from infra.local.ports import Ports

INDEXES: Final = ROOT / "infra" / "terraform" / "firestore.indexes.json"
RECORD: Final = "XYNERGY_RECORD_INDEXES"
"""Where this variable is set, the indexes that queries need are added to the file instead of demanded."""


def local_cloud(ports: Ports, folder: DataFolder, environment: Mapping[str, str], deliveries: int = 1) -> Program:
    """Google Cloud on this machine: every service in one process. Each event is delivered `deliveries` times."""
    numbers = {
        "--grpc-port": ports.grpc,
        "--rest-port": ports.rest,
        "--redis-port": ports.redis,
        "--deliveries": deliveries,
    }
    arguments = [text for name, port in numbers.items() for text in (name, str(port))]
    arguments += ["--indexes", str(INDEXES), *(["--record-indexes"] if environment.get(RECORD) else [])]
    return Program(
        name="local cloud",
        module="infra.local.cloud",
        arguments=("--data", str(folder.path), *arguments),
        environment=environment,
        log=folder.logs / "cloud.log",
    )


def functions(ports: Ports, folder: DataFolder, environment: Mapping[str, str], drain: float) -> Program:
    """The gateway and every function, on the two sockets that outlive a restart of the process."""
    log = folder.logs / "functions.log"
    sockets = (ports.gateway_socket, ports.functions_socket)
    return Program(
        name="functions",
        module="infra.local.runner",
        arguments=(
            *("--gateway-socket", str(sockets[0].fileno()), "--functions-socket", str(sockets[1].fileno())),
            *("--data", str(folder.path), "--log", str(log), "--drain", str(drain)),
        ),
        environment=environment,
        log=log,
        sockets=sockets,
    )


def provisioning(folder: DataFolder, environment: Mapping[str, str]) -> Program:
    """What Terraform does in the cloud; ends when it is done."""
    return Program(
        name="provisioning",
        module="infra.local.provision",
        arguments=(),
        environment=environment,
        log=folder.logs / "provision.log",
    )
