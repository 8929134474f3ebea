"""Where everything listens on the loopback interface: the gateway's port as asked, the others beside it where free."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

from infra.local.refusal import Refusal

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """The two sockets that the functions process serves, and the ports of the local cloud."""

    gateway_socket: socket.socket
    functions_socket: socket.socket
    grpc: int
    rest: int
    redis: int

    @classmethod
    def choose(cls, port: int) -> Ports:
        """Take `port` for the gateway (0: any); raises Refusal where it is in use."""
        gateway = listen(port)
        first = port_of(gateway)
        functions = listen_near(first + 1)
        return cls(gateway, functions, *free_ports(first + 2, first + 3, first + 4))

    @property
    def gateway(self) -> str:
        """The gateway's base URL, as people type it."""
        return f"http://localhost:{port_of(self.gateway_socket)}"

    @property
    def functions(self) -> str:
        """The base URL under which each function has its own address."""
        return f"http://{HOST}:{port_of(self.functions_socket)}"

    def variables(self) -> dict[str, str]:
        """The environment by which Google's clients and ours find the local cloud."""
        grpc, rest = f"{HOST}:{self.grpc}", f"http://{HOST}:{self.rest}"
        return {
            "FIRESTORE_EMULATOR_HOST": grpc,
            "PUBSUB_EMULATOR_HOST": grpc,
            "SCHEDULER_EMULATOR_HOST": grpc,
            "FUNCTIONS_EMULATOR_HOST": grpc,
            "BIGQUERY_EMULATOR_HOST": rest,
            "STORAGE_EMULATOR_HOST": rest,
            "EVENTARC_EMULATOR_HOST": rest,
            "REDIS_URL": f"redis://{HOST}:{self.redis}/0",
            "XYNERGY_OIDC_CERTIFICATES": f"{rest}/oauth2/v3/certs",
            "XYNERGY_FUNCTIONS_URL": self.functions,
        }


def listen(port: int) -> socket.socket:
    """A listening socket on `port` (0: any free one).

    The supervisor holds it and hands it to the process that serves, so that calls made while that process restarts
    wait instead of failing. Raises Refusal where the port is taken or not allowed.
    """
    try:
        return _bound(port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refusal(
                f"Port {port} is in use; stop what listens there, or take another: ./deploy.sh local --port {port + 10}"
            ) from None
        raise Refusal(f"Port {port} cannot be used ({error.strerror}); choose another with --port") from None


def listen_near(preferred: int) -> socket.socket:
    """A listening socket on `preferred` where that is free, else on any other port."""
    try:
        return _bound(preferred)
    except OSError:
        return _bound(0)


def free_ports(*preferred: int) -> list[int]:
    """A free port for each preferred one, that one where possible, no two alike."""
    held = [listen_near(port) for port in preferred]
    ports = [port_of(sock) for sock in held]
    for sock in held:
        sock.close()
    return ports


def port_of(sock: socket.socket) -> int:
    """The port that a socket is bound to."""
    return int(sock.getsockname()[1])


def _bound(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((HOST, port))
        sock.listen(1024)
    except OSError:
        sock.close()
        raise
    return sock
