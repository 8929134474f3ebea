"""Ports on the loopback interface: the asked one or a refusal, a preferred one or any other."""

from __future__ import annotations

import errno
import socket

from infra.local.refusal import Refusal

HOST = "127.0.0.1"


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
